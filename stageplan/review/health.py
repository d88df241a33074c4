"""What an engine, its builder and a registry can do for stageplan, each with what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from stageplan.plan.facts import EngineFacts
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies import STRATEGIES

State = Literal["good", "limited", "bad"]
_PROBE = PlanOptions(
    context=".",
    dockerfile="Dockerfile",
    name="image",
    image="registry.example.com/image",
    pack_builder="builder",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryFacts:
    """What a registry answers; each None where nobody asked.

    Attributes:
        host: where it is.
        problem: why it does not answer, or refuses to be read.
        writable: whether the repository may be written.
    """

    host: str
    repository: str
    problem: str | None = None
    writable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `stageplan doctor`.

    Attributes:
        subject: what it is about.
        text: what was found.
        advice: what to do about it; None where nothing is to be done.
    """

    subject: str
    state: State
    text: str
    advice: str | None = None


def findings(engine: EngineFacts, registry: RegistryFacts | None) -> tuple[Finding, ...]:
    """What was found, in the order of a build: engine, buildx, store, strategies, registry."""
    return (*_engine(engine), *_strategies(engine), *_registry(registry))


def _engine(engine: EngineFacts) -> Iterator[Finding]:
    if engine.kind == "docker":
        yield from _docker(engine)
        return
    if not engine.reachable:
        yield Finding(
            subject="engine",
            state="bad",
            text=engine.reason or f"{engine.kind} does not answer",
            advice=f"install {engine.kind}; plan and script work without it",
        )
        return
    if engine.kind == "kaniko":
        yield from (
            Finding(subject="engine", state="limited", text=text, advice=advice)
            for text, advice in engine.limits
        )
        return
    inside = f", with buildah {engine.buildah_version}" if engine.kind == "podman" else ""
    yield Finding(
        subject="engine",
        state="good",
        text=f"{engine.kind} {engine.version or '(built from source, of no version)'}{inside}",
    )
    for text, advice in engine.limits:
        yield Finding(subject="engine", state="limited", text=text, advice=advice)


def _docker(engine: EngineFacts) -> Iterator[Finding]:
    if not engine.reachable:
        yield Finding(
            subject="engine",
            state="bad",
            text=engine.reason or "it does not answer",
            advice="start docker, or set DOCKER_HOST; plan and script work without it",
        )
        return
    if engine.is_missing:
        yield Finding(
            subject="engine",
            state="limited",
            text=f"there is none; builder '{engine.builder}' needs none",
            advice="name an --image to push to: there is nothing to load images into",
        )
    else:
        yield Finding(subject="engine", state="good", text=f"Docker Engine {engine.version}")
    if engine.buildx_version is None:
        yield Finding(
            subject="buildx",
            state="bad",
            text="there is no buildx",
            advice="install docker's buildx plugin; without it only classic and archive run",
        )
    else:
        built_in = f", BuildKit {engine.buildkit_version}" if engine.buildkit_version else ""
        yield Finding(
            subject="buildx",
            state="good",
            text=f"buildx {engine.buildx_version}, builder '{engine.builder}' ({engine.driver}{built_in})",
        )
    yield _store(engine)


def _store(engine: EngineFacts) -> Finding:
    if engine.has_own_buildkit:
        where = f", in {engine.snapshotter}" if engine.snapshotter else ""
        text = f"the builder's own{where}; images go to a registry" + (
            "" if engine.is_missing else ", or are loaded into the engine"
        )
        return Finding(subject="image store", state="good", text=text)
    if engine.store == "containerd":
        return Finding(subject="image store", state="good", text="containerd's")
    advice = None
    if engine.driver == "docker":
        advice = (
            'set {"features": {"containerd-snapshotter": true}} in the engine\'s daemon.json, '
            "or use a docker-container builder"
        )
    return Finding(
        subject="image store",
        state="limited" if advice else "good",
        text="the classic one; the docker driver exports no cache from it" if advice else "the classic one",
        advice=advice,
    )


def _strategies(engine: EngineFacts) -> Iterator[Finding]:
    for strategy in STRATEGIES.values():
        if engine.kind not in strategy.engines:
            continue
        refusal = strategy.refuses(engine, _PROBE) if engine.reachable else "no engine answers"
        yield Finding(
            subject=f"strategy {strategy.name}",
            state="good" if refusal is None else "limited",
            text=strategy.summary if refusal is None else refusal,
        )


def _registry(registry: RegistryFacts | None) -> Iterator[Finding]:
    if registry is None:
        yield Finding(
            subject="registry", state="limited", text="not asked", advice="name a repository with --image"
        )
        return
    if registry.problem is not None:
        yield Finding(
            subject="registry",
            state="bad",
            text=f"{registry.host}: {registry.problem}",
            advice=f"check its name and the network; log in with: docker login {registry.host}",
        )
        return
    yield Finding(subject="registry", state="good", text=f"{registry.host} answers, and may be read")
    if registry.writable is not None:
        yield Finding(
            subject="registry",
            state="good" if registry.writable else "limited",
            text=f"'{registry.repository}' may {'' if registry.writable else 'not '}be written",
            advice=None
            if registry.writable
            else f"log in with: docker login {registry.host}; or use --read-only",
        )
