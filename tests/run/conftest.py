"""Plans small enough to read, and the executor on a real engine."""

from collections.abc import Callable
from pathlib import Path

import pytest

import lab
from stageplan.plan.model import (
    VERSION,
    Build,
    Cache,
    Inputs,
    Parameters,
    Plan,
    StageDecision,
    Step,
)
from stageplan.plan.sources import with_sources
from stageplan.run.events import Event
from stageplan.run.executor import execute
from stageplan.run.report import Report
from stageplan.system.cache_layers import registry_layers
from stageplan.system.ports import machine_ports
from stageplan.system.process import Processes

DOCKERFILE = """\
FROM busybox:1.37 AS deps
RUN echo deps > /deps
FROM deps AS build
COPY src /src
RUN cat /src/* > /app
FROM busybox:1.37 AS test
COPY --from=build /app /app
RUN cat /app
FROM busybox:1.37 AS app
WORKDIR /srv
COPY --from=build /app /app
"""
COPIES = {"test", "app"}
NEEDS = {"deps": (), "build": ("deps",), "test": ("build",), "app": ("build", "test")}

MakePlan = Callable[..., Plan]
RunPlan = Callable[..., Report]


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A build context of four stages."""
    folder = tmp_path / "context"
    (folder / "src").mkdir(parents=True)
    (folder / "src/a").write_text("one\n", encoding="utf-8")
    (folder / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    return folder


@pytest.fixture
def registry_plan(context: Path) -> MakePlan:
    """Makes the plan of the strategy `registry` for the context."""

    def make(
        host: str, *, read_only: bool = False, unpack: bool = False, dockerfile: str = "Dockerfile"
    ) -> Plan:
        def build(name: str) -> Step:
            last = name == "app"
            mode = "max" if name in COPIES else "min"
            return Build(
                id=f"build:{name}",
                reason="it is tested",
                needs=tuple(f"build:{need}" for need in NEEDS[name]),
                stage=name,
                index=list(NEEDS).index(name),
                target=name,
                unpack=unpack,
                unpack_for=tuple(f"build:{other}" for other in NEEDS if name in NEEDS[other]),
                output="push" if last and not read_only else "cacheonly",
                tags=("{image}:{scope}",) if last and not read_only else (),
                cache=Cache(
                    type="registry",
                    location=f"{{cache_image}}:{{scope}}__{name}",
                    export_options=None if read_only else (("mode", mode), ("ignore-error", "true")),
                ),
            )

        return Plan(
            version=VERSION,
            strategy="registry",
            strategy_reason="it is tested",
            split="stages",
            targets=("app",),
            checks=("test",),
            inputs=Inputs(
                context=str(context), dockerfile=str(context / dockerfile), dockerfile_digest="sha256:0"
            ),
            parameters=Parameters(
                image=f"{host}/team/app",
                cache_image=f"{host}/team/app-cache",
                cache_dir=None,
                scope="main",
                fallback_scopes=(),
                read_only=read_only,
            ),
            stages=tuple(
                StageDecision(index=index, name=name, action="build", reason="it is tested")
                for index, name in enumerate(NEEDS)
            ),
            steps=tuple(build(name) for name in NEEDS),
        )

    return make


@pytest.fixture
def run_plan() -> RunPlan:
    """Asks for the sources of a plan and carries it out on an engine."""

    def run(plan: Plan, engine: lab.Engine, *, events: list[Event] | None = None) -> Report:
        asked = with_sources(plan, lambda place: registry_layers([place])[place])
        seen: list[Event] = [] if events is None else events
        return execute(asked, ports=machine_ports(Processes(), env=engine.env), jobs=1, on_event=seen.append)

    return run
