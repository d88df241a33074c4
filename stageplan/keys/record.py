"""What a plan keeps of a stage's key: enough to say later what changed, and no values."""

from collections.abc import Sequence

import msgspec

from stageplan.errors import UsageError
from stageplan.keys.digests import digest_of_texts
from stageplan.keys.model import StageKey
from stageplan.stages.model import Stage

RECORDS_TYPE = "application/vnd.stageplan.keys.v1+json"
_LENGTH = 16
_VERSION = 1
_HINT = "compare with a git revision, or with a plan"


class InputRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One input of a key.

    Attributes:
        kind: what it is, in the words of `KeyInput`.
        name: what people call it.
        digest: 16 hexadecimal digits, others for another value.
    """

    kind: str
    name: str
    digest: str


class StageRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage and what its key was made of.

    Attributes:
        name: the stage's name, or the one that the builder makes up for it.
        key: None where it had none.
        inputs: in the order of the file.
    """

    name: str
    key: str | None
    inputs: tuple[InputRecord, ...]


def input_records(key: StageKey) -> tuple[InputRecord, ...]:
    """What is kept of the inputs of a key, in their order."""
    return tuple(
        InputRecord(kind=item.kind, name=item.name, digest=digest_of_texts("value", (item.value,))[:_LENGTH])
        for item in key.inputs
    )


def stage_records(stages: Sequence[Stage], keys: Sequence[StageKey]) -> tuple[StageRecord, ...]:
    """The records of the stages that are needed, in file order."""
    return tuple(
        StageRecord(name=stage.label, key=key.digest, inputs=input_records(key))
        for stage, key in zip(stages, keys, strict=True)
        if key.inputs
    )


class Records(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept beside an image of what the keys of its stages were made of."""

    version: int
    keys: tuple[StageRecord, ...]


def encode_records(keys: Sequence[StageRecord]) -> bytes:
    """The records as JSON."""
    return msgspec.json.encode(Records(version=_VERSION, keys=tuple(keys)))


def decode_records(data: bytes, name: str) -> tuple[StageRecord, ...]:
    """The records that were kept.

    Args:
        data: the JSON.
        name: where it was.

    Raises:
        UsageError: it holds no records (`records-unreadable`).
    """
    try:
        found = msgspec.json.decode(data, type=Records)
    except msgspec.DecodeError as cause:
        raise UsageError(
            "records-unreadable", f"'{name}' holds no keys of stages: {cause}", hint=_HINT
        ) from cause
    if found.version != _VERSION:
        raise UsageError(
            "records-unreadable",
            f"'{name}' holds keys of stages in version {found.version}, which this stageplan does not know",
            hint=_HINT,
        )
    return found.keys


def record_tag(digest: str) -> str:
    """The tag in the cache repository under which lies what an image was made of.

    Args:
        digest: of the image, `sha256:…`.
    """
    return f"record-{digest.partition(':')[2]}"
