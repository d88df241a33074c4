"""The three digests of a stage: of its image, of what a child sees of it, and of its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from stageplan.keys.digests import digest_of_inputs, digest_of_texts
from stageplan.keys.model import KeyInput, StageKey

_OWN_BASE = frozenset({"platform", "base-image", "base-stage"})
_ONLY_COMMANDS_SEE = frozenset({"argument", "environment", "user", "shell"})
_COPIES = frozenset({"ADD", "COPY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDigests:
    """The digests of a stage; see `StageKey`."""

    digest: str
    state: str
    files: str


def key_digests(inputs: Sequence[KeyInput], parent: StageKey | None) -> KeyDigests:
    """The digests of a stage whose inputs are all known.

    Args:
        inputs: all of them, in order.
        parent: the stage that it starts from, or None.
    """
    base = [item for item in inputs if item.kind in _OWN_BASE]
    own = [item for item in inputs if item.kind not in _OWN_BASE]
    steps = [item for item in own if item.kind != "setting"]
    from_image = digest_of_inputs("image", base)
    parent_state = (parent.state if parent else None) or from_image
    parent_files = (parent.files if parent else None) or from_image
    return KeyDigests(
        digest=digest_of_inputs("stage", inputs),
        state=digest_of_texts("state", (parent_state, digest_of_inputs("steps", steps))),
        files=_files(steps, parent_state, parent_files),
    )


def _files(steps: Sequence[KeyInput], parent_state: str, parent_files: str) -> str:
    """The digest of what decides the files alone.

    A COPY does the same whatever the variables are; a command, and the owner of a new working directory, do
    not. So what only commands see counts as far as such an instruction follows it, in the stage or in its
    base.
    """
    last_command = max((place for place, item in enumerate(steps) if _sees_state(item)), default=-1)
    written = [
        item
        for place, item in enumerate(steps)
        if place <= last_command or item.kind not in _ONLY_COMMANDS_SEE
    ]
    if not written:
        return parent_files
    start = parent_files if last_command < 0 else parent_state
    return digest_of_texts("files", (start, digest_of_inputs("steps", written)))


def _sees_state(item: KeyInput) -> bool:
    """A command, or a new working directory."""
    return item.kind == "instruction" and item.name not in _COPIES
