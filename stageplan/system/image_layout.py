"""Images in a folder, from which buildx hands them to the builder.

Source: OCI's image layout; buildx needs no index where an image is named by its digest.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from stageplan.system.registry_content import digest_of


class ImageLayout:
    """The blobs of images by digest; threads may share it.

    Args:
        folder: where the layout lies or will lie.
    """

    def __init__(self, folder: Path) -> None:
        self._blobs = folder / "blobs" / "sha256"

    def add(self, data: bytes) -> None:
        """The layout holds the blob."""
        with self.writing(lambda: digest_of(data)) as write:
            write(data)

    @contextmanager
    def writing(self, digest: Callable[[], str]) -> Iterator[Callable[[bytes], object]]:
        """Takes a blob piece by piece; it is there when the context ends well, and else nothing is.

        Args:
            digest: asked when the last piece is there.
        """
        self._blobs.mkdir(parents=True, exist_ok=True)
        part = self._blobs / f".{token_hex(8)}"
        try:
            with part.open("wb") as file:
                yield file.write
            part.replace(self._blobs / digest().removeprefix("sha256:"))
        finally:
            part.unlink(missing_ok=True)
