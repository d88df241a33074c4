"""Files of CI jobs: the command line of every job, and what else the file says."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from stageplan.cli.options import plan_options as shared_options
from stageplan.errors import UsageError
from stageplan.plan.jobs import JOBS_FROM, JobsFrom
from stageplan.render.jobs.systems import JOB_SYSTEMS

_KEYED = "keyed"
_OUT_OF_DATE = 1
_ONCE = {"no_cache": "--no-cache", "stages": "--stage"}
_ANY_IMAGE = "registry.example.com/image"  # where the CI system names it


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """The options of files of jobs, as click gives them; each empty where it is not given.

    Attributes:
        jobs_from: what a job is made of.
        setup: lines of sh that bring stageplan to a runner; one that is empty: none are needed.
        runner: label or image of the runners.
        timeout: minutes.
        verify: the file that is only compared.
    """

    jobs_from: JobsFrom | None
    setup: tuple[str, ...]
    runner: str | None
    timeout: int | None
    verify: Path | None


_OPTIONS = (
    click.option(
        "--jobs-from",
        type=click.Choice(JOBS_FROM),
        help="For CI: a job a stage, or one for all that can be built side by side.  [default: stages]",
    ),
    click.option(
        "--setup",
        multiple=True,
        metavar="COMMAND",
        help="For CI: brings stageplan to a runner; repeatable, '' for nothing.  [default: install it]",
    ),
    click.option("--runner", metavar="NAME", help="For CI: label or image of the runners."),
    click.option(
        "--timeout",
        type=click.IntRange(min=1),
        metavar="MINUTES",
        help="For CI: when a job is stopped.  [default: 60]",
    ),
    click.option(
        "--verify",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="For CI: write nothing; show how FILE differs from what would be written, and exit with 1.",
    ),
)
_DEFAULT_TIMEOUT = 60


def job_options(command: Any) -> Any:
    """The options that belong to files of CI jobs alone."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def refuse_job_options(options: JobOptions, format_name: str) -> None:
    """Nothing, where none of them is given for a format that has no jobs.

    Raises:
        UsageError: one is.
    """
    for name in JobOptions.__dataclass_fields__:
        if getattr(options, name):
            raise UsageError(
                "jobs-option",
                f"'--{name.replace('_', '-')}' is for files of CI jobs, and the format is '{format_name}'",
                hint=f"take --format {', '.join(JOB_SYSTEMS)}",
            )


def make_job_file(
    context: click.Context,
    format_name: str,
    given: Mapping[str, Any],
    options: JobOptions,
    output: Path | None,
) -> None:
    """Writes the file, or says whether it is out of date.

    Raises:
        UsageError: an option cannot stand in such a file.
        DockerfileError: the build would refuse the Dockerfile.
    """
    from stageplan.cli.output import say, write

    file = options.verify or output
    text = _job_file(context, format_name, given, options, file)
    if options.verify is None:
        if output is not None:
            with suppress(OSError):  # what is wrong with the folder is said by who writes into it
                output.parent.mkdir(parents=True, exist_ok=True)
        write(text.encode(), output)
        return
    from stageplan.system.files import read_bytes

    found = read_bytes(options.verify).decode("utf-8", "replace")
    if found == text:
        return
    name = str(options.verify)
    lines = difflib.unified_diff(
        found.splitlines(keepends=True), text.splitlines(keepends=True), name, f"{name}, made anew"
    )
    write("".join(lines).encode(), None)
    say(f"'{name}' is out of date; its first lines say how it is made anew")
    context.exit(_OUT_OF_DATE)


def _job_file(
    context: click.Context, format_name: str, given: Mapping[str, Any], options: JobOptions, file: Path | None
) -> str:
    from stageplan import __version__
    from stageplan.cli.planning import is_plan_file, read_graph
    from stageplan.cli.request import plan_options, read_request
    from stageplan.plan.facts import EngineFacts
    from stageplan.plan.jobs import jobs_of
    from stageplan.plan.planner import prepare
    from stageplan.render.jobs.job_file import JobFile

    system = JOB_SYSTEMS[format_name]
    folder = context.params["context"]
    _check(given)
    if is_plan_file(folder):
        raise UsageError(
            "jobs-plan",
            f"'{folder}' is a plan, which is for one commit; a file of CI jobs is for all",
            hint="name the build context instead",
        )
    request = read_request(folder, given)
    asked = replace(plan_options(request), strategy=_KEYED)
    image = request.chosen("image")
    # what is written must not depend on the machine that writes it: not on its engine, nor on its CI
    any_engine = EngineFacts(reachable=False, reason="not asked", os="linux", architecture="amd64")
    graph = read_graph(request, any_engine, seconds=None)
    whole = replace(asked, image=image or (_ANY_IMAGE if system.names_image else None))
    work = prepare(graph, whole, any_engine).work
    shared = click.command()(shared_options(lambda: None)).params
    context_words = () if folder == "." else (folder,)
    words = tuple(_words(context, (option for option in shared if option.name != "strategy")))
    own = tuple(_words(context, (option for option in context.command.params if option.name in _RENEWED)))
    return system.render(
        JobFile(
            version=__version__,
            renewal=(
                *("stageplan", "script", *context_words, f"--format={format_name}", *words, *own),
                *(("-o", str(file)) if file else ()),
            ),
            name=_name(image),
            jobs=jobs_of(work, by=options.jobs_from or "stages"),
            command=("stageplan", "run", *context_words, f"--strategy={_KEYED}", *words),
            setup=tuple(line for line in options.setup if line) if options.setup else None,
            runner=options.runner,
            minutes=options.timeout or _DEFAULT_TIMEOUT,
            registry=_registry(image),
            secrets=tuple(_secret_variables(asked.secrets)),
            variables=tuple(arg.name for arg in asked.build_args if arg.value is None),
        )
    )


_RENEWED = frozenset({"jobs_from", "setup", "runner", "timeout"})


def _check(given: Mapping[str, Any]) -> None:
    """Refuses what cannot be said once for every commit."""
    if given.get("strategy") not in (None, _KEYED):
        raise UsageError(
            "jobs-strategy",
            f"strategy '{given['strategy']}' keeps nothing that jobs on other machines could find by its key",
            hint="leave out --strategy, or take keyed",
        )
    for name, flag in _ONCE.items():
        if given.get(name):
            raise UsageError(
                "jobs-once",
                f"'{flag}' would be said to every job of every commit",
                hint="leave it out, and give it to `stageplan run` by hand",
            )


def _words(context: click.Context, options: Iterable[click.Parameter]) -> Iterator[str]:
    """The words of the options that stand on the command line."""
    for option in options:
        name, value = option.name or "", context.params.get(option.name or "")
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        flag = next(word for word in option.opts if word.startswith("--"))
        if isinstance(value, bool):
            yield flag if value else option.secondary_opts[0]
        else:
            yield from (f"{flag}={one}" for one in (value if isinstance(value, tuple) else (value,)))


def _name(image: str | None) -> str:
    """The image for people."""
    return (image or "").rpartition("/")[2].replace("{target}", "").strip("-_.") or "stages"


def _registry(image: str | None) -> str | None:
    from stageplan.dockerfile.references import parse_reference

    return None if image is None else parse_reference(image.replace("{target}", "target")).domain


def _secret_variables(secrets: Iterable[str]) -> Iterator[str]:
    """The environment variables that secrets are read from; one without a source has its id's name."""
    for secret in secrets:
        pairs = dict(part.partition("=")[::2] for part in secret.split(","))
        if "env" in pairs:
            yield pairs["env"]
        elif not {"src", "source"} & pairs.keys() and pairs.get("type") != "file":
            yield pairs.get("id", "")
