"""What a tag says about who pushed it, and for what."""

import re
from dataclasses import dataclass
from typing import Final

RECORD: Final = "record"
FORMS: Final = ("image", "artifact", "prefix", "marker", "base", RECORD)
LAYER: Final = "layer"
_SHOWN: Final = 12
_KINDS: Final = frozenset({"inline", "classic", "keyed"})
_SLUG = re.compile(r"(?!.*__)[a-z0-9_][a-z0-9._-]{0,59}(?<!_)")
_KEY = re.compile(rf"(?:({'|'.join(FORMS)})-)?([0-9a-f]{{64}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRef:
    """`SCOPE__…`: the cache of a scope's stage, its newest image, or an image whose tags have not moved yet.

    Attributes:
        scope: its slug.
        stage: all that follows, which is one for a stage of one strategy and platform.
    """

    scope: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRef:
    """`FORM-KEY`, or the `KEY` of a layer of buildah: named by what it holds, it belongs to no scope."""

    form: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A tag of one word that could be a scope, such as `main`, and could be anybody's."""

    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A tag that stageplan makes of no scope and no key, or that may be anybody's.

    Attributes:
        why: it counts as that.
    """

    why: str = "it is not of stageplan's making"


Name = ScopeRef | KeyRef | Plain | Foreign


def read_name(tag: str) -> Name:
    """What the tag can mean; a slug holds no `__`, so there is one reading."""
    key = _KEY.fullmatch(tag)
    if key:
        return KeyRef(form=key[1] or LAYER, key=key[2])
    scope, *parts = tag.split("__")
    if not all(map(_SLUG.fullmatch, (scope, *parts))):
        return Foreign()
    if not parts:
        return Plain(scope=scope)
    longest = 3 if parts[0] in _KINDS else 2  # KIND, STAGE, PLATFORM
    return ScopeRef(scope=scope, stage="__".join(parts)) if len(parts) <= longest else Foreign()


def short(tag: str) -> str:
    """The tag as people read it: of a key, its first digits."""
    key = _KEY.fullmatch(tag)
    return f"{tag[: key.start(2) + _SHOWN]}…" if key else tag
