"""Signals as STOPSIGNAL takes them."""

from stageplan.dockerfile.go_numbers import NumberError, integer

_NAMES = """
ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT RTMAX RTMIN SEGV STKFLT
STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ
"""
_ABOVE_FIRST_REALTIME = 15
_BELOW_LAST_REALTIME = 14
_KNOWN = frozenset(
    [
        *_NAMES.split(),
        *(f"RTMIN+{offset}" for offset in range(1, _ABOVE_FIRST_REALTIME + 1)),
        *(f"RTMAX-{offset}" for offset in range(1, _BELOW_LAST_REALTIME + 1)),
    ]
)


def is_signal(text: str) -> bool:
    """The text is a number other than 0, or a name with or without SIG, in any case."""
    try:
        return integer(text) != 0
    except NumberError:
        return text.upper().removeprefix("SIG") in _KNOWN
