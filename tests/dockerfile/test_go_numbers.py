"""Numbers and durations as the builder reads them."""

import pytest

from stageplan.dockerfile.go_numbers import NumberError, duration, integer


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("0", 0, id="zero"),
        pytest.param("+007", 7, id="a sign and leading zeros"),
        pytest.param("-3", -3, id="negative"),
        pytest.param("9223372036854775807", 2**63 - 1, id="the largest"),
    ],
)
def test_integers(text: str, number: int) -> None:
    assert integer(text) == number


@pytest.mark.parametrize(
    ("text", "bits", "message"),
    [
        pytest.param("", 64, 'parsing "": invalid syntax', id="nothing"),
        pytest.param("1_0", 64, 'parsing "1_0": invalid syntax', id="an underscore"),
        pytest.param(" 1", 64, 'parsing " 1": invalid syntax', id="a blank"),
        pytest.param("\u0661", 64, 'parsing "\u0661": invalid syntax', id="another script's digit"),
        pytest.param(
            "9223372036854775808", 64, 'parsing "9223372036854775808": value out of range', id="too large"
        ),
        pytest.param(
            "2147483648", 32, 'parsing "2147483648": value out of range', id="too large for 32 bits"
        ),
        pytest.param("9" * 40, 64, f'parsing "{"9" * 40}": value out of range', id="far too large"),
    ],
)
def test_no_integers(text: str, bits: int, message: str) -> None:
    with pytest.raises(NumberError) as caught:
        integer(text, bits=bits)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        pytest.param("0", 0, id="zero needs no unit"),
        pytest.param("-0", 0, id="nor does another zero"),
        pytest.param("5s", 5_000_000_000, id="seconds"),
        pytest.param("1h1.5m", 3_690_000_000_000, id="several units, a fraction"),
        pytest.param("1ms2us3\u00b5s4ns", 1_005_004, id="small units"),
        pytest.param(".5s", 500_000_000, id="no whole part"),
        pytest.param("1.s", 1_000_000_000, id="no fraction"),
        pytest.param("-1s", -1_000_000_000, id="negative"),
        pytest.param("+1s", 1_000_000_000, id="a plus sign"),
    ],
)
def test_durations(text: str, nanoseconds: int) -> None:
    assert duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", 'time: invalid duration ""', id="nothing"),
        pytest.param("-", 'time: invalid duration "-"', id="a sign"),
        pytest.param("5", 'time: missing unit in duration "5"', id="no unit"),
        pytest.param("s", 'time: invalid duration "s"', id="no number"),
        pytest.param(".s", 'time: invalid duration ".s"', id="a dot"),
        pytest.param("5d", 'time: unknown unit "d" in duration "5d"', id="days"),
        pytest.param("9999999h", 'time: invalid duration "9999999h"', id="too long"),
        pytest.param("9" * 5000 + "h", f'time: invalid duration "{"9" * 5000}h"', id="far too long"),
    ],
)
def test_no_durations(text: str, message: str) -> None:
    with pytest.raises(NumberError) as caught:
        duration(text)
    assert str(caught.value) == message
