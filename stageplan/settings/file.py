"""The settings that stand in `stageplan.toml` or under `[tool.stageplan]` of a pyproject.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from stageplan.errors import UsageError, did_you_mean
from stageplan.settings.values import EXAMPLES, WORDS, Kind, read_value
from stageplan.source import Span, excerpt

_SECTION = ("tool", "stageplan")
_HEADER = re.compile(r"\s*\[\[?\s*([^\]]*[^\]\s])\s*\]")
_ASSIGNMENT = re.compile(r"\s*([^\s=#\[][^=#]*?)\s*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line falls back to; named as its options, each empty where nothing is said."""

    file: str | None = None
    targets: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    build_args: tuple[str, ...] = ()
    build_contexts: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    platform: str | None = None
    image: str | None = None
    cache_image: str | None = None
    cache_dir: str | None = None
    cache_options: tuple[str, ...] = ()
    strategy: str | None = None
    split: str | None = None
    engine: str | None = None
    builder: str | None = None
    pack_builder: str | None = None
    scratch_registry: str | None = None
    scope: str | None = None
    fallback_scopes: tuple[str, ...] = ()
    read_only: bool | None = None
    no_cache: tuple[str, ...] = ()
    max_age: str | None = None


# The key in the file, the field it fills, and what may stand there.
_KEYS: Mapping[str, tuple[str, Kind]] = {
    "file": ("file", "text"),
    "target": ("targets", "texts"),
    "check": ("checks", "texts"),
    "tag": ("tags", "texts"),
    "build-arg": ("build_args", "pairs"),
    "build-context": ("build_contexts", "pairs"),
    "secret": ("secrets", "texts"),
    "ssh": ("ssh", "texts"),
    "platform": ("platform", "text"),
    "image": ("image", "text"),
    "cache-image": ("cache_image", "text"),
    "cache-dir": ("cache_dir", "text"),
    "cache-option": ("cache_options", "pairs"),
    "strategy": ("strategy", "text"),
    "split": ("split", "split"),
    "engine": ("engine", "text"),
    "builder": ("builder", "text"),
    "pack-builder": ("pack_builder", "text"),
    "scratch-registry": ("scratch_registry", "text"),
    "scope": ("scope", "text"),
    "fallback-scope": ("fallback_scopes", "texts"),
    "read-only": ("read_only", "flag"),
    "no-cache": ("no_cache", "texts"),
    "max-age": ("max_age", "text"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A settings file, and the table in it that is stageplan's."""

    text: str
    path: str
    section: tuple[str, ...]

    def error(
        self, section: tuple[str, ...], key: str, rule: str, message: str, hint: str | None = None
    ) -> UsageError:
        """An error with the place of the key."""
        span = self._span(section, key)
        return UsageError(
            rule, message, span=span, hint=hint, excerpt=excerpt(self.text, span) if span else ""
        )

    def _span(self, section: tuple[str, ...], key: str) -> Span | None:
        """Where a key of a table is first written; None where it is written in an unusual way."""
        current: tuple[str, ...] = ()
        for number, line in enumerate(self.text.split("\n"), start=1):
            header = _HEADER.match(line)
            if header:
                current = _names(header[1])
            match = header or _ASSIGNMENT.match(line)
            if not match:
                continue
            whole = current if header else (*current, *_names(match[1]))
            if whole[: len(section) + 1] == (*section, key):
                start = match.start(1)
                return Span(path=self.path, line=number, column=start + 1, width=match.end(1) - start)
        return None


def read_settings(text: str, *, path: str) -> Settings | None:
    """The settings in a file, or None where a pyproject.toml says nothing to stageplan.

    Args:
        text: the whole file.
        path: how the user knows it; a `pyproject.toml` has the settings in a table of their own.

    Raises:
        UsageError: it is no TOML (`settings-syntax`), a key is unknown (`settings-key`), or a value
            is not of the kind that its key takes (`settings-value`).
    """
    place = _Place(text=text, path=path, section=_SECTION if PurePath(path).name == "pyproject.toml" else ())
    document = _parse(place)
    for depth, name in enumerate(place.section):
        document = document.get(name)
        if document is None:
            return None
        if not isinstance(document, dict):
            raise place.error(place.section[:depth], name, "settings-value", f"'{name}' is no table")
    return Settings(**dict(_read(key, value, place) for key, value in document.items()))


def _read(key: str, value: object, place: _Place) -> tuple[str, Any]:
    """The field that a key fills, and with what."""
    if key not in _KEYS:
        hint = did_you_mean(key.replace("_", "-"), _KEYS) or f"known are {', '.join(_KEYS)}"
        raise place.error(place.section, key, "settings-key", f"there is no setting '{key}'", hint)
    field, kind = _KEYS[key]
    found = read_value(value, kind)
    if found is None:
        raise place.error(
            place.section,
            key,
            "settings-value",
            f"'{key}' is not {WORDS[kind]}",
            f"write it as {key} = {EXAMPLES[kind]}",
        )
    return field, found


def _parse(place: _Place) -> Any:
    """The file as TOML has it."""
    try:
        return tomllib.loads(place.text)
    except tomllib.TOMLDecodeError as cause:
        words, _, where = str(cause).partition(" (at ")
        line, column = _position(where, place.text)
        span = Span(path=place.path, line=line, column=column)
        raise UsageError(
            "settings-syntax",
            f"{words[:1].lower()}{words[1:]}",
            span=span,
            hint="write it as TOML",
            excerpt=excerpt(place.text, span),
        ) from cause


def _position(where: str, text: str) -> tuple[int, int]:
    """Line and column out of `line 3, column 5)`; the end of the text for `end of document)`."""
    numbers = re.fullmatch(r"line (\d+), column (\d+)\)", where)
    if numbers:
        return int(numbers[1]), int(numbers[2])
    lines = text.rstrip("\n").split("\n")
    return len(lines), len(lines[-1]) + 1


def _names(dotted: str) -> tuple[str, ...]:
    """The names of a dotted key."""
    return tuple(name.strip(" \t\"'") for name in dotted.split("."))
