"""`stageplan why`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stageplan.cli.options import check_option, context_argument, graph_options, json_option, output_option

if TYPE_CHECKING:
    from stageplan.cli.request import Request
    from stageplan.review.diff.side import Side


@click.command("why", short_help="what a file re-runs, what a stage is made of")
@click.argument("word", metavar="STAGE|PATH")
@context_argument
@graph_options
@check_option
@click.option("--all", "all_files", is_flag=True, help="Name every file, not the first few.")
@json_option
@output_option
def command(
    word: str, *, context: str, all_files: bool, as_json: bool, output: Path | None, **given: Any
) -> None:
    """Say which stages a file reaches, or which files a stage is made of, before anything is built.

    A word that is the name of a stage means the stage; write ./NAME for a file of that name.

    \b
    stageplan why src/app.py
    stageplan why build --all
    stageplan why package-lock.json --json | jq '.stages[].name'
    """
    from stageplan.cli.output import write
    from stageplan.cli.planning import native_platform
    from stageplan.cli.request import read_request
    from stageplan.cli.sides import asked_of, check_names, side_of_file
    from stageplan.review.why.answers import why_path, why_stage
    from stageplan.review.why.document import path_json, stage_json
    from stageplan.review.why.text import path_text, stage_text

    request = read_request(context, given)
    asked = asked_of(request, platform=native_platform())
    side = side_of_file(request.dockerfile, Path(context), asked)
    check_names(asked, (side,))
    stage = next((each for each in side.graph.stages if each.label == word.lower()), None)
    if stage is not None:
        made = why_stage(side, stage.index)
        data = stage_json(made) if as_json else _encoded(stage_text(made, all_files=all_files))
    else:
        path = _path(word, request, side)
        answer = why_path(side, path, _ignored(path, request))
        data = path_json(answer) if as_json else _encoded(path_text(answer))
    write(data, output)


def _path(word: str, request: "Request", side: "Side") -> str:
    """The path from the root of the context; the word may name it from there, or from the current folder.

    Raises:
        UsageError: it is neither there nor a stage (`neither-stage-nor-path`).
    """
    from stageplan.errors import UsageError, did_you_mean

    root = Path(request.context)
    for path in (root / word, Path(word)):
        if os.path.lexists(path):
            inside = os.path.relpath(path, root)
            if not inside.startswith(".."):
                return inside
    names = [stage.label for stage in side.graph.stages]
    beside = (root / word).parent
    files = [os.path.relpath(each, root) for each in beside.iterdir()] if beside.is_dir() else []
    raise UsageError(
        "neither-stage-nor-path",
        f"'{word}' is neither a stage nor a file of the build context '{root}'",
        hint=did_you_mean(word, (*names, *files)) or f"the stages are {', '.join(names)}",
    )


def _ignored(path: str, request: "Request") -> str | None:
    """Which rule leaves a path out of the context, as a sentence, or None."""
    from stageplan.system.tree import open_context

    rule = open_context(Path(request.context), request.dockerfile).hidden_by(path)
    return f"line {rule.span.line} of {rule.span.path} leaves it out" if rule else None


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")
