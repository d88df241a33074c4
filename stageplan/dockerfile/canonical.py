"""Instructions, as the library dockerfile-parse finds them in a document in which it cannot go wrong.

dockerfile-parse is what this package reads Dockerfiles with. By itself it takes the body of a here-document
for instructions, ends a continuation at a blank line, drops an instruction whose continuation runs into the
end of the file, and splits some lines at characters that are no line ends to the builder. So it is given the
file's logical lines, one physical line each, after continuations, comments and here-documents are resolved:
the keyword, a blank, and the rest of the line between two sentinels, which keep white space and a backslash
at either end from meaning anything. Only `structure` is used: the properties that interpret variables or base
images do so by other rules than the builder.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO

from dockerfile_parse import DockerfileParser

from stageplan.dockerfile.problems import printable

_SENTINEL = "\ue000"
_UNKNOWN = "UNKNOWN"


def keywords_and_values(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The keyword in upper case and the value of each instruction, in order.

    Args:
        lines: keyword as written and value of each logical line. A keyword with anything but letters comes
            back as `UNKNOWN`: there is no such instruction, and the library would split it elsewhere than the
            builder.
    """
    pairs = tuple(lines)
    document = "".join(
        f"{keyword if _is_word(keyword) else _UNKNOWN} {_SENTINEL}{value}{_SENTINEL}\n"
        for keyword, value in pairs
    )
    structure = DockerfileParser(fileobj=BytesIO(printable(document).encode())).structure
    for (_, value), found in zip(pairs, structure, strict=True):
        # the library decodes strictly, so the value comes from the file where the two differ in undecodable
        # bytes
        text = found["value"][1:-1]
        yield found["instruction"], text if text == value else value


def _is_word(keyword: str) -> bool:
    return keyword.isascii() and keyword.isalpha()
