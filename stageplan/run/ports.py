"""What carrying out a plan needs from the machine; `system` has it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

OnLine = Callable[[bytes], None]
OnMessage = Callable[[Mapping[str, Any]], None]
OnMoved = Callable[[int, int], None]


class ImagesError(Exception):
    """The engine could not do what it was asked; the text is its own.

    Attributes:
        missing: whether what was asked for does not exist.
    """

    def __init__(self, text: str, *, missing: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.missing = missing


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicBuild:
    """One build by the classic builder, every value as docker's API takes it.

    Attributes:
        build_args: by name; None: the value comes from the environment.
        cache_from: images that the engine holds.
    """

    context: str
    dockerfile: str
    target: str | None
    platform: str | None
    build_args: Mapping[str, str | None]
    cache_from: Sequence[str]
    tags: Sequence[str]


class BuildxPort(Protocol):
    """Runs the command line of docker, or of another program that builds."""

    def run(self, words: Sequence[str], environment: Mapping[str, str], on_line: OnLine) -> int:
        """The exit code of the command.

        Args:
            words: the program and its arguments.
            environment: what is set besides the environment of stageplan.
            on_line: gets each line of both streams as it comes.
        """


class ImagesPort(Protocol):
    """The images that the engine holds; each method raises ImagesError where it cannot."""

    def pull(self, reference: str, on_message: OnMessage) -> None:
        """The engine holds the image; the messages are those of docker's API."""

    def push(self, reference: str, on_message: OnMessage) -> None:
        """The registry has the image."""

    def load(self, archive: str) -> None:
        """The engine holds the images of an archive."""

    def save(self, references: Sequence[str], archive: str) -> None:
        """The archive holds the images."""

    def exists(self, reference: str) -> bool:
        """Whether the engine holds the image."""

    def build(self, build: ClassicBuild, on_message: OnMessage) -> None:
        """The engine holds the image of the build."""


class RegistryPort(Protocol):
    """What registries hold; each method raises StageplanError where it cannot."""

    def exists(self, ref: str) -> str | None:
        """The digest of what the ref names, or None where there is no such thing."""

    def copy_tag(self, source: str, target: str) -> str:
        """The digest that both refs name now; within a registry no layer moves."""

    def put_file(self, ref: str, data: bytes, media_type: str) -> None:
        """The ref names an image whose one layer is this file."""


class PackerPort(Protocol):
    """Packs images anew without a builder."""

    def pack(self, source: str, target: str, platform: str, folder: str, on_moved: OnMoved) -> str | None:
        """The digest of the image, packed with zstd, that the target names now; None: only a builder can.

        Args:
            source: `REPOSITORY@DIGEST` of an image or an index.
            target: the ref that it gets.
            platform: of an index, the image for this one.
            folder: an image layout that gets the image, too.
            on_moved: gets the bytes that came in and that went out since the last call, from several threads.

        Raises:
            StageplanError: a registry does not answer, or refuses.
            OSError: the folder cannot be written.
        """


class FilesPort(Protocol):
    """Files and folders."""

    def temporary_folder(self) -> str:
        """A new empty folder of our own."""

    def remove(self, path: str) -> None:
        """Nothing is there."""

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there."""

    def read(self, path: str) -> bytes:
        """What the file holds."""

    def write(self, path: str, data: bytes) -> None:
        """The file holds the data."""

    def make_parents(self, path: str) -> None:
        """The folder exists that the path lies in."""

    def replace(self, new: str, path: str) -> None:
        """The new file or folder stands at the path, and what stood there is gone."""


class Clock(Protocol):
    """Time."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Returns later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All doors to the machine.

    Attributes:
        images: None where no step needs it.
        stop: ends every process that runs and lets none start.
    """

    buildx: BuildxPort
    registry: RegistryPort
    packer: PackerPort
    images: ImagesPort | None
    files: FilesPort
    clock: Clock
    stop: Callable[[], None]
