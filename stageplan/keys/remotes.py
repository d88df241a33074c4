"""What an ADD downloads, as far as it is known before the build."""

import re
from collections.abc import Iterator

from stageplan.keys.model import KeyInput
from stageplan.stages.model import StageInstruction
from stageplan.stages.remote_sources import remote_kind

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def remote_inputs(instruction: StageInstruction) -> Iterator[KeyInput]:
    """One input for each address of an ADD; one that can change unseen has no value."""
    checksum = dict(instruction.flags).get("checksum", "")
    for address in instruction.remote_sources:
        commit = _commit(address) if remote_kind(address) == "git" else ""
        fixed = checksum or commit
        yield KeyInput(
            kind="remote",
            name=address,
            value=fixed,
            line=instruction.span.line,
            unknown=None if fixed else _reason(address),
        )


def _commit(address: str) -> str:
    """The commit that an address of a git repository names in full, or ""."""
    name = address.partition("#")[2].partition(":")[0]
    return name if _COMMIT.fullmatch(name) else ""


def _reason(address: str) -> str:
    if remote_kind(address) == "git":
        return f"ADD takes '{address}', which can move; name a whole commit after '#'"
    return f"ADD takes '{address}' without --checksum, so it can change"
