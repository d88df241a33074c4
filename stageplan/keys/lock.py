"""`stageplan.lock`: which digests base images had when somebody last looked, so that a move is reviewed."""

from collections.abc import Mapping

import msgspec

from stageplan.errors import UsageError
from stageplan.stages.options import ImageConfig

LOCK_NAME = "stageplan.lock"
_VERSION = 1


class LockedImage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An image as it was pinned.

    Attributes:
        digest: of what its tag named, `sha256:…`; an index for all its platforms where there is one.
        environment: its variables, which instructions may read.
        onbuild: its ONBUILD triggers.
        working_directory: where its processes start; "" for the root.
        lowest_layer: the digest of its lowest layer, unpacked; "" where it has none.
    """

    digest: str
    environment: dict[str, str] = {}
    onbuild: tuple[str, ...] = ()
    working_directory: str = ""
    lowest_layer: str = ""

    @property
    def config(self) -> ImageConfig:
        """What its configuration adds to the stages that start from it."""
        return ImageConfig(
            environment=self.environment,
            onbuild=self.onbuild,
            working_directory=self.working_directory,
            lowest_layer=self.lowest_layer,
        )


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    images: dict[str, LockedImage]


def locked_image(digest: str, config: ImageConfig | None) -> LockedImage:
    """An image as it is pinned; without a configuration where only COPYs and mounts name it."""
    if config is None:
        return LockedImage(digest=digest)
    return LockedImage(
        digest=digest,
        environment=dict(config.environment),
        onbuild=config.onbuild,
        working_directory=config.working_directory,
        lowest_layer=config.lowest_layer,
    )


def encode_lock(images: Mapping[str, LockedImage]) -> bytes:
    """The file, sorted by reference; the same images give the same bytes."""
    document = _Document(version=_VERSION, images=dict(sorted(images.items())))
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def decode_lock(data: bytes, *, path: str) -> Mapping[str, LockedImage]:
    """The images of a file, by normalised reference.

    Raises:
        UsageError: it is no lock file of this version (`lock-invalid`).
    """
    try:
        document = msgspec.json.decode(data, type=_Document)
    except msgspec.DecodeError as error:
        raise _invalid(path, str(error)) from None
    if document.version != _VERSION:
        raise _invalid(path, f"its version is {document.version}, not {_VERSION}")
    return document.images


def _invalid(path: str, why: str) -> UsageError:
    message = f"'{path}' is no lock file: {why[:1].lower()}{why[1:]}"
    return UsageError("lock-invalid", message, hint="write it again with `stageplan plan --pin`")
