"""One thing that an instruction reads of the build context."""

import msgspec

from stageplan.context.tree import Entry


class Selected(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that an instruction reads.

    Attributes:
        path: where the instruction sees it; a source that is a link is seen under the link's name.
        entry: what it is; its own path is where the content lies.
    """

    path: str
    entry: Entry
