import pytest

from stageplan.errors import UsageError
from stageplan.retention.amounts import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("20GB", 20_000_000_000), ("1.5tb", 1_500_000_000_000), ("500MiB", 524_288_000), ("7 B", 7), ("0kB", 0)],
)
def test_a_size(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "20", "GB", "-1GB", "1e3GB", "20GBs", "20 PB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_size(text)
    assert raised.value.rule == "bad-size"
