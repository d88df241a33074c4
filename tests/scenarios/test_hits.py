"""Every strategy on a real engine that is wiped before every build: nothing runs that does not have to."""

import pytest

import lab
from bench.trials import KINDS, Kind, trial


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("strategy", ["registry", "inline", "local"])
def test_buildkit(engine: lab.Engine, strategy: str, kind: Kind) -> None:
    assert trial(engine, strategy, kind) == ()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("strategy", ["classic", "archive"])
def test_the_classic_builder(classic_engine: lab.Engine, strategy: str, kind: Kind) -> None:
    assert trial(classic_engine, strategy, kind) == ()


@pytest.mark.parametrize("strategy", ["registry", "inline", "local"])
def test_an_older_engine(old_engine: lab.Engine, strategy: str) -> None:
    assert trial(old_engine, strategy, KINDS[0]) == ()
