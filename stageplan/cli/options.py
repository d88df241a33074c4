"""The options that several commands share, named as in `docker buildx build` where it has them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]


def _all(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


context_argument = click.argument("context", default=".", metavar="[CONTEXT]")
planned_argument = click.argument("context", default=".", metavar="[CONTEXT | COMPOSE.yaml]")
plan_or_context_argument = click.argument(
    "context", default=".", metavar="[CONTEXT | COMPOSE.yaml | PLAN.json]"
)

graph_options = _all(
    click.option("-f", "--file", metavar="FILE", help="The Dockerfile.  [default: CONTEXT/Dockerfile]"),
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="STAGE",
        help="A stage to publish; repeatable.  [default: the last]",
    ),
    click.option(
        "--build-arg",
        "build_args",
        multiple=True,
        metavar="NAME[=VALUE]",
        help="A build argument; without a value it is taken from the environment.",
    ),
    click.option(
        "--build-context",
        "build_contexts",
        multiple=True,
        metavar="NAME=VALUE",
        help="A named context, as docker buildx build takes it.",
    ),
    click.option(
        "--platform",
        metavar="OS/ARCH[,…]",
        help="The platform to build for; plans take several.  [default: the engine's]",
    ),
)

check_option = click.option(
    "--check",
    "checks",
    multiple=True,
    metavar="STAGE",
    help="A stage that is only run for its result: tests, lint; repeatable.",
)

cache_image_option = click.option(
    "--cache-image", metavar="REPO", help="Repository of the caches.  [default: <image>-cache]"
)

plan_options = _all(
    graph_options,
    check_option,
    click.option(
        "--image",
        metavar="REPO",
        help="Repository of the image, {target} in it for several targets. Without it nothing is pushed.",
    ),
    click.option(
        "-t",
        "--tag",
        "tags",
        multiple=True,
        metavar="TAG",
        help="A tag of the image; repeatable.  [default: the scope]",
    ),
    cache_image_option,
    click.option(
        "--cache-dir",
        metavar="DIR",
        help="Folder of the caches that lie in files.  [default: .stageplan/cache]",
    ),
    click.option(
        "--cache-option",
        "cache_options",
        multiple=True,
        metavar="KEY=VALUE",
        help="A parameter of the cache backend, such as compression=zstd; repeatable.",
    ),
    click.option(
        "--strategy",
        metavar="NAME",
        help="registry, keyed, inline, local, classic, archive, gha, s3, azblob, buildah, pack, kaniko, none."
        "  [default: auto]",
    ),
    click.option(
        "--split",
        type=click.Choice(["stages", "all", "targets"]),
        help="Which stages get a build of their own: those worth it, all, only targets.  [default: stages]",
    ),
    click.option(
        "--scope",
        metavar="NAME",
        help="The branch or tag whose cache this is.  [default: from CI, else the git branch]",
    ),
    click.option(
        "--fallback-scope",
        "fallback_scopes",
        multiple=True,
        metavar="NAME",
        help="Where to look when the scope has no cache; repeatable.  [default: the default branch]",
    ),
    click.option(
        "--read-only/--no-read-only",
        "read_only",
        default=None,
        help="Write nothing that another build could import.  [default: in pull requests]",
    ),
    click.option(
        "--no-cache",
        "no_cache",
        multiple=True,
        metavar="STAGE",
        help="Run all instructions of this stage again, and what is behind it; repeatable, or 'all'.",
    ),
    click.option(
        "--max-age",
        metavar="AGE",
        help="With keyed: build a stage anew that is older than 90m, 12h, 7d or 2w.",
    ),
    click.option(
        "--engine",
        metavar="NAME",
        help="Which program builds: docker, buildah, podman, pack, kaniko."
        "  [default: the first that answers]",
    ),
    click.option("--builder", metavar="NAME", help="The buildx builder."),
    click.option(
        "--pack-builder",
        metavar="IMAGE",
        help="With pack: the image of buildpacks that it builds with; it gets the registry's logins.",
    ),
    click.option(
        "--scratch-registry",
        metavar="HOST[:PORT]",
        help="With pack, read-only: a registry that is thrown away, where the build may write.",
    ),
    click.option(
        "--secret",
        "secrets",
        multiple=True,
        metavar="ID=…",
        help="A secret, as docker buildx build takes it; repeatable.",
    ),
    click.option(
        "--ssh",
        "ssh",
        multiple=True,
        metavar="ID[=…]",
        help="An ssh agent or key, as docker buildx build takes it; repeatable.",
    ),
)

stage_option = click.option(
    "--stage",
    "stages",
    multiple=True,
    metavar="STAGE",
    help="With keyed: build what is missing of this stage alone, and move no tag; repeatable.",
)
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write there instead of to stdout.",
)
offline_option = click.option("--offline", is_flag=True, help="Ask neither engine nor registry.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
pin_option = click.option(
    "--pin",
    is_flag=True,
    help="Write to stageplan.lock what the tags of base images name now; keys hold to it from then on.",
)
