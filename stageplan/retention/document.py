"""A verdict as JSON."""

from collections.abc import Iterable, Mapping

import msgspec

from stageplan.retention.facts import Place, Tagged
from stageplan.retention.verdict import Fate, Verdict


class TagDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tag, and why it goes or stays.

    Attributes:
        age: seconds; null: unknown.
        bytes: what goes with it and with no tag before it.
    """

    repository: str
    tag: str
    digest: str
    why: str
    age: int | None
    bytes: int = 0


class Skipped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What should have gone and stays; a manifest without a tag has none."""

    repository: str
    digest: str
    why: str
    tag: str | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What goes and what stays.

    Attributes:
        repositories: that were looked at.
        deleted: whether what goes is gone; false: nothing was done.
        freed: bytes that nothing needs any more in these repositories.
        size: bytes of what stays of stageplan's.
        skipped: what goes and was not deleted after all.
    """

    repositories: tuple[str, ...]
    deleted: bool
    freed: int
    size: int
    goes: tuple[TagDocument, ...]
    stays: tuple[TagDocument, ...]
    skipped: tuple[Skipped, ...]


def encode_verdict(
    repositories: Iterable[str], verdict: Verdict, skipped: Mapping[Tagged | Place, str] | None
) -> bytes:
    """The verdict as JSON with a line end.

    Args:
        repositories: that were looked at.
        verdict: what goes and what stays.
        skipped: what was not deleted after all, each with the reason; None: nothing was to be deleted.
    """
    document = Document(
        repositories=tuple(repositories),
        deleted=skipped is not None,
        freed=verdict.freed,
        size=verdict.size,
        goes=tuple(_tag(fate) for fate in verdict.fates if fate.goes),
        stays=tuple(_tag(fate) for fate in verdict.fates if not fate.goes),
        skipped=tuple(_skipped(what, why) for what, why in (skipped or {}).items()),
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _tag(fate: Fate) -> TagDocument:
    return TagDocument(
        repository=fate.tagged.repository,
        tag=fate.tagged.tag,
        digest=fate.tagged.digest,
        why=fate.why,
        age=None if fate.age is None else int(fate.age),
        bytes=fate.size,
    )


def _skipped(what: Tagged | Place, why: str) -> Skipped:
    return Skipped(
        repository=what.repository,
        digest=what.digest,
        why=why,
        tag=what.tag if isinstance(what, Tagged) else None,
    )
