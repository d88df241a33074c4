"""What a stage's key is made of, as text for a person and as JSON for a program."""

import json
from collections.abc import Iterator

from stageplan.graph import Stage
from stageplan.keys.model import InputKind, KeyInput, StageKey
from stageplan.review.checks.secrets import is_named_like_secret

_SHORT = 12
_LONGEST = 96
_DIGESTS = frozenset({"base-image", "base-stage", "copied-image", "copied-stage", "files"})
_LABELS: dict[InputKind, str] = {
    "base-image": "base",
    "base-stage": "base stage",
    "argument": "ARG",
    "environment": "ENV",
    "steering": "build arg",
    "copied-stage": "from stage",
    "copied-image": "from image",
    "remote": "download",
}
_NAMED = frozenset({"argument", "environment", "steering"})
_PLAIN = frozenset({"instruction", "user", "shell", "setting"})


def explanation_text(stage: Stage, key: StageKey) -> str:
    """The key of a stage and its inputs, one a line, with a line end.

    Args:
        stage: the stage.
        key: its key.
    """
    lines = [f"{stage.label}  {stage.span.path}:{stage.span.line}"]
    if key.unkeyed:
        lines.append(f"no key: {key.unkeyed}")
    else:
        lines.append(f"key    {key.digest}")
        lines.append(f"files  {key.files}")
    lines.append("")
    labels = [input_label(item) for item in key.inputs]
    width = max(map(len, labels), default=0)
    place = None
    for label, item in zip(labels, key.inputs, strict=True):
        number = "" if item.line in (None, place) else str(item.line)
        place = item.line
        lines.append(f"{number:>5}  {label:<{width}}  {input_text(item)}".rstrip())
    return "\n".join(lines) + "\n"


def explanation_json(stage: Stage, key: StageKey) -> dict[str, object]:
    """The same for a program; no value of a variable that looks like a secret is in it."""
    return {
        "version": 1,
        "stage": stage.label,
        "line": stage.span.line,
        "key": key.digest,
        "state": key.state,
        "files": key.files,
        "unkeyed": key.unkeyed,
        "inputs": list(_rows(key)),
    }


def encode(document: dict[str, object]) -> bytes:
    """A document as JSON with a line end."""
    return json.dumps(document, indent=2, ensure_ascii=False).encode(errors="replace") + b"\n"


def input_label(item: KeyInput) -> str:
    """What an input is, in a word or two."""
    return item.name if item.kind in _PLAIN else _LABELS.get(item.kind, item.kind)


def input_text(item: KeyInput) -> str:
    """An input in one line; digests are cut, and what looks like a secret is hidden."""
    if item.unknown:
        return f"not known: {item.unknown}"
    value = shown_value(item)
    if item.kind in _NAMED:
        return _one_line(f"{item.name}={value}")
    if item.kind in _DIGESTS:
        return f"{_one_line(item.name)}  {value}"
    if item.kind in ("heredoc", "remote"):
        return _one_line(f"{item.name}  {value}")
    return _one_line(value)


def shown_value(item: KeyInput) -> str:
    """The value of an input as it may be shown."""
    if item.kind in _NAMED and is_named_like_secret(item.name):
        return "(hidden)"
    if item.kind in _DIGESTS:
        algorithm, _, digest = item.value.rpartition(":")
        return digest[:_SHORT] if algorithm or len(digest) > _SHORT else item.value
    return item.value


def _rows(key: StageKey) -> Iterator[dict[str, object]]:
    for item in key.inputs:
        value = shown_value(item) if item.kind in _NAMED else item.value
        yield {
            "kind": item.kind,
            "name": item.name,
            "value": value,
            "line": item.line,
            "unknown": item.unknown,
        }


def _one_line(text: str) -> str:
    line = " ".join(text.split("\n")).strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
