r"""Regular expressions of Go, as far as path patterns can lead to them, in the words of Python's `re`.

A pattern's backslashes, brackets, braces and bars reach Go's regular expressions as they are written. So `\d`
is a digit and `[[:alpha:]]` a class, and what Go refuses there fails the build. Unicode classes (`\pL`) are
refused here too.
"""

import re

from stageplan.context.wildcards import BAD_PATTERN, PatternError, character_class

_PERL_CLASSES = {
    "d": "0-9",
    "D": "^0-9",
    "s": r"\t\n\f\r ",
    "S": r"^\t\n\f\r ",
    "w": "0-9A-Za-z_",
    "W": "^0-9A-Za-z_",
}
_POSIX_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ASSERTIONS = {"A": r"\A", "z": r"\Z", "b": r"(?a:\b)", "B": r"(?a:\B)"}
_PLAIN = {"^": "(?:^)", "$": r"\Z", "|": "|(?s:.*?)", "{": r"\{", "}": r"\}"}
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}")
_MOST_REPEATS, _ENOUGH_DIGITS = 1000, 5
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_HEX = re.compile(r"x([0-9A-Fa-f]{2})")
_POSIX_NAME = re.compile(r"\[:(\^?)(.*?):\]", re.DOTALL)


def to_python(expression: str) -> re.Pattern[str]:
    """The same expression for Python.

    Args:
        expression: `^`, literal characters, `[...]`, `{...}`, `|`, backslashes, the forms `[^/]*`, `.*` and
            `(.*/)?`, and `$` at the end.

    Raises:
        PatternError: Go refuses the expression, or it uses a form that has no counterpart here.
    """
    out: list[str] = []
    at = 0
    repeatable = False
    while at < len(expression):
        char = expression[at]
        repeat = _REPEAT.match(expression, at)
        if repeat:
            if not repeatable:
                raise PatternError(BAD_PATTERN)
            text, at = _checked_repeat(repeat), repeat.end()
        elif char == "[":
            text, at = _class(expression, at + 1)
        elif char == "\\":
            text, at = _escape(expression, at + 1)
        else:
            text, at = _PLAIN.get(char, char), at + 1
        repeatable = not (repeat or char in "*?|")
        out.append(text)
    return re.compile("".join(out))


def _checked_repeat(repeat: re.Match[str]) -> str:
    """A `{2}`, `{2,}` or `{2,3}` within the limits of Go."""
    numbers = [int(digits[:_ENOUGH_DIGITS]) for digits in repeat.group(1, 3) if digits]
    if max(numbers) > _MOST_REPEATS or numbers != sorted(numbers):
        raise PatternError(BAD_PATTERN)
    return repeat[0]


def _escape(expression: str, at: int) -> tuple[str, int]:
    """What a backslash before this place means outside brackets, and where it ends."""
    char = expression[at : at + 1]
    if char == "Q":
        literal, _, rest = expression[at + 1 :].partition(r"\E")
        return re.escape(literal), len(expression) - len(rest)
    if char in _ASSERTIONS:
        return _ASSERTIONS[char], at + 1
    if char and char in _PERL_CLASSES:
        return f"[{_PERL_CLASSES[char]}]", at + 1
    literal, at = _literal(expression, at)
    return re.escape(literal), at


def _literal(expression: str, at: int) -> tuple[str, int]:
    """The one character that a backslash before this place means, and where it ends."""
    char = expression[at : at + 1]
    if char.isascii() and char and not char.isalnum():
        return char, at + 1
    if char in _CONTROLS:
        return _CONTROLS[char], at + 1
    if octal := _OCTAL.match(expression, at):
        return chr(int(octal[0], 8)), octal.end()
    if hexadecimal := _HEX.match(expression, at):
        return chr(int(hexadecimal[1], 16)), hexadecimal.end()
    raise PatternError(BAD_PATTERN)


def _class(expression: str, at: int) -> tuple[str, int]:
    """A class whose bracket is open at this place, and where it ends."""
    negated = expression.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    named: list[str] = []
    first = True
    while first or not expression.startswith("]", at):
        first = False
        name, end = _named_class(expression, at)
        if name:
            named.append(name)
            at = end
            continue
        low, at = _class_char(expression, at)
        high = low
        if expression.startswith("-", at) and not expression.startswith("]", at + 1):
            high, at = _class_char(expression, at + 1)
        if high < low:
            raise PatternError(BAD_PATTERN)
        ranges.append((low, high))
    if not named:
        return character_class(ranges, negated=negated), at + 1
    positive = [f"[{name}]" for name in named]
    if ranges:
        positive.append(character_class(ranges, negated=False))
    union = "|".join(positive)
    return rf"(?:(?!{union})[\s\S])" if negated else f"(?:{union})", at + 1


def _named_class(expression: str, at: int) -> tuple[str, int]:
    r"""The inside of a class like `\d` or `[:alpha:]` at this place and where it ends, or ""."""
    if expression.startswith("\\", at) and expression[at + 1 : at + 2] in tuple(_PERL_CLASSES):
        return _PERL_CLASSES[expression[at + 1]], at + 2
    if (posix := _POSIX_NAME.match(expression, at)) is None:
        return "", at
    if posix[2] not in _POSIX_CLASSES:
        raise PatternError(BAD_PATTERN)
    return posix[1] + _POSIX_CLASSES[posix[2]], posix.end()


def _class_char(expression: str, at: int) -> tuple[str, int]:
    """One end of a range, and where it ends."""
    if at >= len(expression):
        raise PatternError(BAD_PATTERN)
    if expression[at] == "\\":
        return _literal(expression, at + 1)
    return expression[at], at + 1
