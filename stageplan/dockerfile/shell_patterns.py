"""The patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}`.

A pattern knows `*` and `?`; a backslash before `*`, `?`, `}`, `/` or itself makes that a plain character, as
brackets always are. Neither wildcard matches a line end.
"""

import re
from dataclasses import dataclass

REPLACEMENT_CHARACTER = "\ufffd"
_GROUP = re.compile(r"\$(?:\$|\{(?P<braced>\w+)\}|(?P<bare>\w+))")


class PatternError(ValueError):
    """A pattern that the builder refuses; the text is the builder's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Atom:
    """One element of a pattern: a literal character, `?` or `*`."""

    char: str
    wild: bool = False


def remove_prefix(value: str, pattern: str, *, longest: bool) -> str:
    """The value without what the pattern matches at its start.

    Raises:
        PatternError: the pattern has an escape that is none.
    """
    return _without_start(value, _atoms(pattern), longest=longest)


def remove_suffix(value: str, pattern: str, *, longest: bool) -> str:
    """The value without what the pattern matches at its end.

    Raises:
        PatternError: the pattern has an escape that is none.
    """
    # the shortest match at the end is the shortest at the start of the reversed text;
    # the builder does the same, and its message shows the pattern reversed
    return _without_start(value[::-1], _atoms(_reversed(pattern)), longest=longest)[::-1]


def replace(value: str, pattern: str, replacement: str, *, every: bool) -> str:
    """The value with the leftmost longest match, or every one, replaced.

    With `every`, `$0` in the replacement is what was matched, `$$` is a dollar, and any other group is empty:
    the builder hands it to its regular expressions as it is.

    Raises:
        PatternError: the pattern has an escape that is none.
    """
    head, tail, one_line = _search_parts(_atoms(pattern))
    pieces: list[str] = []
    copied = position = 0
    last_end = -1
    while position <= len(value) and (found := head.search(value, position)):
        match = tail.match(value, found.end())
        if match is None:
            position = _next_start(value, found, one_line=one_line)
            continue
        start, end = found.start(), match.end()
        if start == end == last_end:  # an empty match right behind the one before does not count
            position = end + 1
            continue
        pieces += value[copied:start], _filled(replacement, value[start:end]) if every else replacement
        copied = last_end = end
        position = max(end, start + (start == end))
        if not every:
            break
    return "".join([*pieces, value[copied:]])


def _next_start(value: str, found: re.Match[str], *, one_line: bool) -> int:
    """Where the next match can begin after the part before the first `*` was found and the rest was not.

    The rest is not between here and the end of the line, so no later start on this line can do better.
    """
    if not one_line:
        return found.start() + 1
    line_end = value.find("\n", found.end())
    return len(value) + 1 if line_end < 0 else max(line_end, found.start() + 1)


def _without_start(value: str, atoms: list[_Atom], *, longest: bool) -> str:
    """The value without the shortest or longest match at its start."""
    match = re.match(_regex(atoms, longest=longest), value)
    return value[match.end() :] if match else value


def _atoms(pattern: str) -> list[_Atom]:
    """The elements of a pattern, in order."""
    atoms: list[_Atom] = []
    chars = iter(pattern.removeprefix("\ufeff"))
    for char in chars:
        if char in "*?":
            atoms.append(_Atom(char=char, wild=True))
        elif char != "\\":
            atoms.append(_Atom(char=char))
        else:
            following = next(chars, REPLACEMENT_CHARACTER)
            if following not in "*?\\}/":
                why = f"invalid escape '\\{following}'"
                raise PatternError(f"invalid pattern ({pattern}) in substitution: {why}")
            atoms.append(_Atom(char=following))
    return atoms


def _search_parts(atoms: list[_Atom]) -> tuple[re.Pattern[str], re.Pattern[str], bool]:
    """What comes before the first `*`, what follows, and whether a match never crosses a line end."""
    first_star = next((i for i, atom in enumerate(atoms) if atom.wild and atom.char == "*"), len(atoms))
    head, tail = atoms[:first_star], atoms[first_star:]
    one_line = all(atom.char != "\n" for atom in atoms)
    return re.compile(_regex(head, longest=True)), re.compile(_regex(tail, longest=True)), one_line


def _regex(atoms: list[_Atom], *, longest: bool) -> str:
    """A regular expression that never goes back over a `*`: only the last one decides a match's length."""
    parts: list[list[str]] = [[]]
    for atom in atoms:
        if atom.wild and atom.char == "*":
            parts.append([])
        else:
            parts[-1].append("." if atom.wild else re.escape(atom.char))
    first, *after_stars = ["".join(part) for part in parts]
    stars = [".*?"] * len(after_stars)
    if stars and longest:
        stars[-1] = ".*"
    return first + "".join(f"(?>{star}{part})" for star, part in zip(stars, after_stars, strict=True))


def _reversed(pattern: str) -> str:
    """The pattern for the reversed value; an escape stays before the character that it escapes."""
    units = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(reversed(units))


def _filled(replacement: str, matched: str) -> str:
    """The replacement with its groups set; the pattern has none but the whole match."""
    return _GROUP.sub(
        lambda group: (
            "$" if group[0] == "$$" else matched if (group["braced"] or group["bare"]) == "0" else ""
        ),
        replacement,
    )
