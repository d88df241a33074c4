"""Parser directives: the `# key=value` lines at the very top of a Dockerfile."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.whitespace import SPACES
from stageplan.source import Span

_WHITE = "\t\n\f\r "
_KEY = r"[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=(.*)"
_HASH = re.compile("#" + _KEY, re.DOTALL)
_SLASHES = re.compile("//" + _KEY, re.DOTALL)
_KNOWN = ("syntax", "escape", "check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directives:
    """What the directives set.

    Attributes:
        escape: the character that escapes and that continues a line.
        syntax: the frontend image that the file asks for, or None.
        check: the options of the builder's own checks, or None.
    """

    escape: str = "\\"
    syntax: str | None = None
    check: str | None = None


def read_directives(lines: Sequence[str], path: str) -> Directives:
    r"""The directives in the first lines; the first line that is none ends them for good.

    Args:
        lines: the file's lines; a `\r` at their end is passed over.
        path: the file, for errors.

    Raises:
        DockerfileError: a directive stands there twice, or `escape` names another character than a backslash
            or a backtick.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        directive = _directive(line.rstrip("\r").lstrip(SPACES), _HASH)
        if directive is None:
            break
        key, value = directive
        place = Span(path=path, line=number, end_line=number, width=len(line.rstrip()))
        if key in found:
            message = f"only one {key} parser directive can be used"
            raise UnlocatedError("directive-twice", message, hint="delete one of the two").located(place)
        if key == "escape" and value not in ("\\", "`"):
            message = f"invalid escape token '{value}' does not match ` or \\"
            raise UnlocatedError("escape-token", message, hint="write `# escape=\\` or `# escape=``").located(
                place
            )
        found[key] = value
    return Directives(escape=found.get("escape", "\\"), syntax=detect_syntax(lines), check=found.get("check"))


def detect_syntax(lines: Sequence[str]) -> str | None:
    """The frontend that the file asks for, or None.

    Beside `# syntax=` the builder knows it after a `#!` line, as `// syntax=`, and as the key of a JSON file.
    """
    rest = lines[1:] if lines and lines[0].startswith("#!") else lines
    return _leading(rest, _HASH) or _leading(rest, _SLASHES) or _json_syntax(rest)


def _directive(line: str, form: re.Pattern[str]) -> tuple[str, str] | None:
    """The key and value of a line, or None where it is no directive."""
    match = form.fullmatch(line)
    if not match or not match[2] or match[1].lower() not in _KNOWN:
        return None
    return match[1].lower(), match[2].strip(_WHITE) or match[2][-1]


def _leading(lines: Sequence[str], form: re.Pattern[str]) -> str | None:
    """The first word of the `syntax` directive among the leading ones, or None."""
    seen = set[str]()
    for line in lines:
        directive = _directive(line.removesuffix("\r"), form)
        if directive is None or directive[0] in seen:
            return None
        if directive[0] == "syntax":
            return directive[1].split(" ", 1)[0]
        seen.add(directive[0])
    return None


def _json_syntax(lines: Sequence[str]) -> str | None:
    """The `syntax` of a file that is one JSON object, or None."""
    if not any(line.lstrip(_WHITE).startswith("{") for line in lines[:1]):
        return None
    try:
        document = json.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return None
    syntax = document.get("syntax") if isinstance(document, dict) else None
    return syntax if isinstance(syntax, str) else None
