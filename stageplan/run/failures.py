"""Why a step failed, and whether trying again may help."""

import re

# What a registry, the way to it, or the engine says when it may be well again in a moment.
_PASSING = re.compile(
    r"connection refused|connection reset|broken pipe|no route to host"
    r"|i/o timeout|handshake timeout|deadline exceeded|timed out"
    r"|unexpected EOF|: EOF$|temporary failure in name resolution|server misbehaving"
    r"|\b(?:429 Too Many Requests|500 Internal Server Error|502 Bad Gateway|503 Service Unavailable)\b"
    r"|\b504 Gateway Time-?out\b|(?:status|status code|received):? (?:429|5\d\d)\b",
    re.IGNORECASE,
)
_OWN_FAULT = "did not complete successfully"


class FailedStepError(Exception):
    """A step did not succeed.

    Attributes:
        text: what failed, as a message says it.
        log: the last lines before.
        passing: whether trying again may help.
    """

    def __init__(self, text: str, *, log: tuple[str, ...] = (), passing: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.log = log
        self.passing = passing


def passes(cause: str) -> bool:
    """Whether the cause lies with a registry or the network, and not with what an instruction did."""
    return _OWN_FAULT not in cause and _PASSING.search(cause) is not None
