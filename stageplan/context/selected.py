"""One thing that an instruction reads of the build context."""

from dataclasses import dataclass

from stageplan.context.tree import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """Something that an instruction reads.

    Attributes:
        path: where the instruction sees it; a source that is a link is seen under the link's name.
        entry: what it is; its own path is where the content lies.
    """

    path: str
    entry: Entry
