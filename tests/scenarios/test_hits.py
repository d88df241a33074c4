"""Every strategy on a real engine that is wiped before every build: nothing runs that does not have to."""

import pytest

import lab
from bench.trials import KINDS, Kind, needless


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("strategy", ["registry", "inline", "local", "keyed"])
def test_buildkit(engine: lab.Engine, strategy: str, kind: Kind) -> None:
    assert needless(engine, strategy, kind, 1) == [()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("strategy", ["classic", "archive"])
def test_the_classic_builder(classic_engine: lab.Engine, strategy: str, kind: Kind) -> None:
    assert needless(classic_engine, strategy, kind, 1) == [()]


@pytest.mark.parametrize("strategy", ["registry", "inline", "local", "keyed"])
def test_an_older_engine(old_engine: lab.Engine, strategy: str) -> None:
    assert needless(old_engine, strategy, KINDS[0], 1) == [()]
