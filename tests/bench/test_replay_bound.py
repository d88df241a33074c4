from datetime import UTC, datetime

from bench.replay.bound import Bound, bounds
from bench.replay.plain import Blob, Chain, PlainBuild
from bench.replay.progress import Ran
from bench.replay.workload import Workload
from bench.replay.workloads import WORKLOADS

BASE, MEGABYTE = "base", 1_000_000
COMPILED = next(workload for workload in WORKLOADS if workload.name == "compiled")
TEXTS = {
    "modules": "RUN install",
    "build": "RUN compile",
    "test": "RUN test",
    "app": "COPY --from=build /out /",
}


def layer(name: str, megabytes: int) -> Blob:
    return Blob(digest=name, size=megabytes * MEGABYTE, media_type="tar", diff_id=name)


def build(
    *ran: str, modules: str = "modules1", code: str = "code1", result: str = "result1", below_app: Chain = ()
) -> PlainBuild:
    """A commit: each stage adds one layer to the one that it starts from."""
    below: Chain = (layer(BASE, 100), layer(modules, 50))
    compiled: Chain = (*below, layer(code, 10))
    second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
    return PlainBuild(
        ran=tuple(
            Ran(stage=stage, number=number, count=number, text=TEXTS[stage], spans=(second,))
            for stage, number in (("modules", 2), ("build", 2), ("test", 2), ("app", 1))
            if stage in ran
        ),
        stages={
            "modules": below,
            "build": compiled,
            "test": (*compiled, layer(result, 1)),
            "app": (*below_app, layer(f"{code}-shipped", 5)),
        },
        bases={"golang:1.25": (layer(BASE, 100),)},
    )


def bounds_of(workload: Workload, *builds: PlainBuild) -> tuple[tuple[Bound, ...], list[tuple[Chain, ...]]]:
    asked: list[tuple[Chain, ...]] = []

    def unpack_seconds(chains: tuple[Chain, ...]) -> float:
        asked.append(chains)
        return 2.0

    return bounds(workload, builds, megabits=80, unpack_seconds=unpack_seconds), asked


def moved(bound: Bound) -> tuple[float, float]:
    return bound.bytes_down / MEGABYTE, bound.bytes_up / MEGABYTE


def test_a_first_build_pulls_the_base_and_pushes_what_is_published_or_needed_later() -> None:
    everything = ("modules", "build", "test", "app")
    (first, _), chains = bounds_of(
        COMPILED, build(*everything), build("build", "test", "app", code="code2", result="result2")
    )
    assert moved(first) == (100, 50 + 5)  # no later commit starts from the code or the result of the tests
    assert [[blob.digest for blob in chain] for chain in chains[0]] == [["base"]]
    assert first.seconds == 155 * 8 / 80 + 1 + 2


def test_a_published_image_takes_the_layers_of_its_base_along_once() -> None:
    everything, base = ("modules", "build", "test", "app"), (layer(BASE, 100),)
    (first, again), _ = bounds_of(
        COMPILED, build(*everything, below_app=base), build(*everything, code="code2", below_app=base)
    )
    assert moved(first)[1] == 50 + 100 + 5
    assert moved(again)[1] == 5


def test_a_change_of_source_pulls_what_lies_below_it() -> None:
    everything = ("modules", "build", "test", "app")
    (_, source), chains = bounds_of(
        COMPILED, build(*everything), build("build", "test", "app", code="code2", result="result2")
    )
    assert moved(source) == (150, 5)
    assert [[blob.digest for blob in chain] for chain in chains[1]] == [["base", "modules1"]]


def test_what_is_copied_from_a_stage_that_need_not_run_is_pulled() -> None:
    (_, ship), _ = bounds_of(COMPILED, build("modules", "build", "test", "app"), build("app"))
    assert moved(ship) == (5, 0)


def test_nothing_changed_costs_nothing() -> None:
    (_, again), chains = bounds_of(COMPILED, build("modules", "build", "test", "app"), build())
    assert moved(again) == (0, 0)
    assert chains[1] == ()
