"""`stageplan doctor`."""

import click

from stageplan.cli.options import json_option
from stageplan.review.health import RegistryFacts, findings

_MARKS = {"good": "ok  ", "limited": "-   ", "bad": "BAD "}


@click.command("doctor", short_help="what this engine, builder and registry can do")
@click.option("--image", metavar="REPO", help="A repository to ask its registry about.")
@click.option(
    "--engine", metavar="NAME", help="docker, buildah, podman or pack.  [default: the first that answers]"
)
@click.option("--builder", metavar="NAME", help="The buildx builder.")
@json_option
def command(image: str | None, engine: str | None, builder: str | None, as_json: bool) -> None:
    """Say what this engine, its builder and a registry can do, and what to do about what they cannot.

    The exit code is 5 where the engine or the registry is out of reach.

    \b
    stageplan doctor
    stageplan doctor --engine buildah
    stageplan doctor --image registry.example.com/app --json
    """
    import json
    from dataclasses import asdict

    from stageplan.cli.output import write
    from stageplan.errors import UnreachableError
    from stageplan.system.engine_choice import choose_engine

    found = findings(choose_engine(engine, builder=builder), None if image is None else _registry(image))
    if as_json:
        write(json.dumps([asdict(finding) for finding in found], indent=2).encode() + b"\n", None)
    else:
        for finding in found:
            click.echo(f"{_MARKS[finding.state]}{finding.subject}: {finding.text}")
            if finding.advice:
                click.echo(f"      {finding.advice}")
    if any(finding.state == "bad" for finding in found):
        raise click.exceptions.Exit(UnreachableError.exit_code)


def _registry(image: str) -> RegistryFacts:
    from stageplan.errors import StageplanError
    from stageplan.system.registry import Registry, locate

    repository, _ = locate(image)
    registry = Registry()
    try:
        registry.ping(repository.host)
        registry.exists(image)
        writable = registry.can_write(image)
    except StageplanError as error:
        return RegistryFacts(host=repository.host, repository=image, problem=error.message)
    return RegistryFacts(host=repository.host, repository=image, writable=writable)
