"""What the name of a BuildKit vertex says: `[linux/arm64 build 2/3] RUN make`.

Source: `prefixCommand` of BuildKit's `dockerfile2llb`. The number is padded to the width of the count;
a lone stage without a name has none here; a platform stands where there are several.
"""

import re
from dataclasses import dataclass

_NAME = re.compile(
    r"\[(?:(?P<platform>[^\s\]]+/[^\s\]]+) )?(?:(?P<stage>[^\s/\]]+) )?"
    r"\s*(?P<number>\d+)/(?P<count>\d+)\] (?P<text>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VertexName:
    """Where a vertex stands in the Dockerfile.

    Attributes:
        stage: its name, `stage-2` where it has none; None for a lone stage without a name.
        number: its place in the stage, counted from 1.
        count: how many there are in the stage.
        text: the instruction.
    """

    stage: str | None
    platform: str | None
    number: int
    count: int
    text: str

    @property
    def position(self) -> str:
        """`2/3`, with the platform before it where there are several."""
        place = f"{self.number}/{self.count}"
        return f"{self.platform} {place}" if self.platform else place

    @property
    def is_instruction(self) -> bool:
        """Whether it runs or copies something; a FROM only names what is there.

        Of a COPY with `--link` the builder tells twice: of the copy, and as LINK of laying it over what is
        there, which is done anew whenever that is something else and takes no time.
        """
        return not self.text.upper().startswith(("FROM ", "LINK "))


def vertex_name(name: str) -> VertexName | None:
    """What the name says; None for a vertex that is not of the Dockerfile."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    return VertexName(
        stage=match["stage"],
        platform=match["platform"],
        number=int(match["number"]),
        count=int(match["count"]),
        text=match["text"],
    )
