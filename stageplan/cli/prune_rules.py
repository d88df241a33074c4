"""From a command line to the repositories that are looked at, and the rules of what goes there."""

import time
from collections.abc import Sequence
from pathlib import Path

from stageplan.cli.request import Request, ci_facts
from stageplan.errors import UnreachableError, UsageError
from stageplan.plan.ages import parse_age
from stageplan.plan.images import check_repository
from stageplan.plan.planner import cache_image_of
from stageplan.retention.amounts import parse_size
from stageplan.retention.rules import Rules
from stageplan.settings.ci import CiFacts
from stageplan.system.git import Git, RemoteNames
from stageplan.system.process import Processes
from stageplan.system.registry import locate

_LIMITS = ("gone", "scopes", "older_than", "keep", "max_size")


def repositories_of(request: Request) -> tuple[str, ...]:
    """The repositories of the images and of their caches, each once.

    Raises:
        UsageError: there is none, or a name is none.
    """
    images = _texts(request.chosen("image")) or _texts(ci_facts().image)
    if not images:
        raise UsageError(
            "prune-image", "nothing says which repository to look into", hint="name it with --image"
        )
    caches = _texts(request.chosen("cache_image")) or [
        cache for image in images if (cache := cache_image_of(image))
    ]
    for flag, names in (("--image", images), ("--cache-image", caches)):
        for name in names:
            check_repository(flag, name)
    found = [name for image in images for name in _of_targets(image, request.chosen("targets"))]
    return tuple({str(locate(name)[0]): name for name in (*found, *caches)}.values())


def rules_of(request: Request) -> Rules:
    """The rules that the options give; what is kept by name comes later.

    Raises:
        UsageError: no rule says what goes, or an option is not of its form.
        UnreachableError: the branches that exist are needed, and git does not tell them.
    """
    given = request.given
    if not any(given[name] for name in _LIMITS):
        raise UsageError(
            "no-retention-rule",
            "nothing says what may go",
            hint="give --gone, --scope, --older-than, --keep or --max-size, or several of them",
        )
    git, ci = Git(Path.cwd(), Processes()), ci_facts()
    remote = git.remote_names(given["remote"])
    if given["gone"] and not (remote and remote.names):
        raise UnreachableError(
            "no-remote",
            f"git remote '{given['remote']}' does not tell which branches it has",
            hint="run it in a clone that may fetch, or name what goes with --scope",
        )
    return Rules(
        now=time.time(),
        scopes=tuple(given["scopes"]),
        living=remote.names if remote else None,
        gone=given["gone"],
        kept_scopes=_kept_scopes(request, git, ci, remote),
        older_than=parse_age(given["older_than"], option="--older-than") if given["older_than"] else None,
        keep=given["keep"],
        max_size=parse_size(given["max_size"]) if given["max_size"] else None,
        grace=parse_age(given["grace"], option="--grace"),
    )


def _kept_scopes(request: Request, git: Git, ci: CiFacts, remote: RemoteNames | None) -> tuple[str, ...]:
    """The scopes that others fall back to, the default branch above all, and those that the user names.

    Raises:
        UsageError: nobody tells what the default branch is.
    """
    default = (ci.default_branch, remote.default if remote else None, git.default_branch())
    named = (*request.given["kept_scopes"], *request.settings.fallback_scopes)
    found = dict.fromkeys(name for name in (*default, *named, ci.target_branch) if name)
    if not any(default) and all("*" in name for name in named):
        raise UsageError(
            "no-default-branch",
            "nobody tells which branch is the default one, whose caches all others fall back to",
            hint="name it with --keep-scope",
        )
    return tuple(found)


def _of_targets(image: str, targets: Sequence[str]) -> tuple[str, ...]:
    if "{target}" not in image:
        return (image,)
    if not targets:
        raise UsageError(
            "prune-targets",
            f"'--image {image}' is one repository for each target, and none is named",
            hint="name the targets with --target",
        )
    return tuple(image.replace("{target}", target) for target in targets)


def _texts(value: str | Sequence[str] | None) -> list[str]:
    """What an option gives that may be given more than once, and a setting only once."""
    return [value] if isinstance(value, str) else list(value or ())
