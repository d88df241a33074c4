"""What the user asks for: the command line, then settings files, then what CI and git say."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stageplan.errors import UsageError
from stageplan.plan.ages import parse_age
from stageplan.plan.model import BuildArg, NamedContext
from stageplan.plan.options import PlanOptions
from stageplan.plan.scope import image_name
from stageplan.settings.ci import CiFacts, read_ci
from stageplan.settings.file import Settings, read_settings
from stageplan.stages.options import BuildOptions
from stageplan.system.files import read_bytes
from stageplan.system.git import Git
from stageplan.system.process import Processes
from stageplan.system.tree import own_ignore_file

Given = Mapping[str, Any]
_EPOCH = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be read and planned.

    Attributes:
        context: folder or URL of the build context.
        dockerfile: path of the Dockerfile.
        settings: what the settings files say.
        given: what the command line says, by the names of the options.
    """

    context: str
    dockerfile: Path
    settings: Settings
    given: Given

    def chosen(self, name: str) -> Any:
        """What the command line says, else the settings; None or () where neither says anything."""
        value = self.given.get(name)
        return value if value not in (None, ()) else getattr(self.settings, name)


def read_request(context: str, given: Given) -> Request:
    """The request behind a command line.

    Raises:
        UsageError: a settings file is wrong.
    """
    settings = _settings()
    file = given.get("file") or settings.file
    dockerfile = Path(file) if file else Path(context) / "Dockerfile"
    return Request(context=context, dockerfile=dockerfile, settings=settings, given=given)


def build_options(request: Request, *, platform: str | None = None) -> BuildOptions:
    """The options that change the graph; of several platforms the first counts.

    Args:
        platform: the engine's own, where the user names none.

    Raises:
        UsageError: an option is not of its form.
    """
    arguments = {
        arg.name: os.environ[arg.name] if arg.value is None else arg.value
        for arg in _build_args(request)
        if arg.value is not None or arg.name in os.environ
    }
    if _EPOCH in os.environ:  # buildx hands it on by itself
        arguments.setdefault(_EPOCH, os.environ[_EPOCH])
    contexts = {context.name: context.value for context in _build_contexts(request)}
    targets = request.chosen("targets")
    native = platform or "linux/amd64"
    return BuildOptions(
        target=targets[0] if targets else None,
        build_args=arguments,
        build_contexts=contexts,
        platform=next(iter(platforms_of(request)), native),
        build_platform=native,
    )


def platforms_of(request: Request) -> tuple[str, ...]:
    """The platforms to build for, as asked; none where the builder's own is meant."""
    names = (name.strip() for name in (request.chosen("platform") or "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def plan_options(request: Request) -> PlanOptions:
    """The options of a plan, with the defaults that CI and git give.

    Raises:
        UsageError: an option is not of its form.
    """
    ci = ci_facts()
    git = Git(Path.cwd(), Processes())
    read_only = request.chosen("read_only")
    scope = request.chosen("scope") or ci.tag or ci.branch or git.branch() or "main"
    return PlanOptions(
        context=request.context,
        dockerfile=str(request.dockerfile),
        ignore_file=str(own) if (own := own_ignore_file(request.dockerfile)).is_file() else None,
        name=image_name(Path(request.context).resolve().name),
        targets=tuple(request.chosen("targets")),
        checks=tuple(request.chosen("checks")),
        tags=tuple(request.chosen("tags")),
        build_args=_build_args(request),
        build_contexts=_build_contexts(request),
        secrets=tuple(request.chosen("secrets")),
        ssh=tuple(request.chosen("ssh")),
        platform=request.chosen("platform"),
        builder=request.chosen("builder"),
        image=request.chosen("image") or ci.image,
        cache_image=request.chosen("cache_image"),
        cache_dir=request.chosen("cache_dir") or ".stageplan/cache",
        scope=scope,
        fallback_scopes=tuple(request.chosen("fallback_scopes")) or _fallbacks(ci, git, scope),
        read_only=(ci.pull_request or ci.untrusted) if read_only is None else read_only,
        strategy=request.chosen("strategy") or "auto",
        split=request.chosen("split") or "stages",
        cache_options=_pairs("--cache-option", request.chosen("cache_options")),
        no_cache=tuple(request.chosen("no_cache")),
        stages=tuple(request.given.get("stages", ())),
        pack_builder=request.chosen("pack_builder"),
        scratch_registry=request.chosen("scratch_registry"),
        images=request.given.get("images", {}),
        max_age=parse_age(max_age) if (max_age := request.chosen("max_age")) else None,
    )


def ci_facts() -> CiFacts:
    """What the CI system says of the job that this is, where it is one."""
    return read_ci(os.environ, _github_event())


def _fallbacks(ci: CiFacts, git: Git, scope: str) -> tuple[str, ...]:
    """Where a pull request wants to go, then the default branch."""
    found = (ci.target_branch, ci.default_branch or git.default_branch())
    return tuple(name for name in dict.fromkeys(found) if name and name != scope)


def _settings() -> Settings:
    for name in ("stageplan.toml", "pyproject.toml"):
        path = Path(name)
        if path.is_file():
            settings = read_settings(read_bytes(path).decode("utf-8", "replace"), path=name)
            if settings is not None:
                return settings
    return Settings()


def _github_event() -> Mapping[str, Any] | None:
    path = os.environ.get("GITHUB_EVENT_PATH")
    if not path or not Path(path).is_file():
        return None
    try:
        event = json.loads(Path(path).read_bytes())
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _build_args(request: Request) -> tuple[BuildArg, ...]:
    found: dict[str, BuildArg] = {}
    for text in request.chosen("build_args"):
        name, equals, value = text.partition("=")
        if not name:
            raise UsageError(
                "option-form",
                f"'--build-arg {text}' names no argument",
                hint="it looks like --build-arg NAME=VALUE",
            )
        found[name] = BuildArg(name=name, value=value if equals else None)
    return tuple(found.values())


def _build_contexts(request: Request) -> tuple[NamedContext, ...]:
    pairs = _pairs("--build-context", request.chosen("build_contexts"))
    return tuple(NamedContext(name=name, value=value) for name, value in dict(pairs).items())


def _pairs(option: str, texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals or not value:
            raise UsageError(
                "option-form",
                f"'{option} {text}' is not of the form NAME=VALUE",
                hint=f"it looks like {option} NAME=VALUE",
            )
        found.append((name, value))
    return tuple(found)
