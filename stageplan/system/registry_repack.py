"""Packs the layers of an image with zstd, on the way from one repository to another and into a folder."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING, Any, Final

from stageplan.run.ports import OnMoved
from stageplan.system.image_layout import ImageLayout
from stageplan.system.registry_content import OCI_CONFIG, OCI_MANIFEST, Manifest, other_content
from stageplan.system.registry_session import Repository
from stageplan.system.registry_store import Store

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_GZIP: Final = frozenset(
    {"application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.oci.image.layer.v1.tar+gzip"}
)
_ZSTD: Final = "application/vnd.oci.image.layer.v1.tar+zstd"
_LAYERS_AT_ONCE = 4
_GZIP_WINDOW = 31  # the largest, behind gzip's header
_LEVEL = 3
_PIECE = 1 << 16
_UNZIPPED = 1 << 18
_PIECES_AHEAD = 64
_WINDOW = 23  # 8 MiB: what every unpacker has to have, and as large as that of BuildKit


def repack(
    store: Store,
    source: Repository,
    target: Repository,
    manifest: Mapping[str, Any],
    name: str,
    *,
    layout: ImageLayout,
    on_moved: OnMoved,
) -> str | None:
    """The digest of the image that the name gives in the target; None: a layer is not packed with gzip.

    Its configuration is the same, byte by byte.

    Args:
        store: does the single requests.
        source: where it is.
        target: where it shall be.
        manifest: of one image of the source repository.
        name: a tag.
        layout: gets the image, too.
        on_moved: gets the bytes that came in and that went out since the last call, from several threads.

    Raises:
        UnreachableError: a registry does not answer, refuses, or sent something else than asked for.
    """
    layers = manifest.get("layers") or ()
    if any(layer["mediaType"] not in _GZIP or layer.get("urls") for layer in layers):
        return None
    config = store.blob(source, manifest["config"]["digest"])
    unpacked = json.loads(config)["rootfs"]["diff_ids"]
    packings = [_Packing(layer, whole, on_moved) for layer, whole in zip(layers, unpacked, strict=True)]
    with ThreadPoolExecutor(_LAYERS_AT_ONCE) as pool:
        list(pool.map(lambda packing: packing.carry(store, source, target, layout), packings))
    config_digest = manifest["config"]["digest"]
    if not store.has_blob(target, config_digest):
        store.upload(target, config_digest, len(config), config)
    layout.add(config)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": OCI_CONFIG, "digest": config_digest, "size": len(config)},
        "layers": [packing.described for packing in packings],
    }
    made = Manifest(body=json.dumps(document).encode("ascii"), media_type=OCI_MANIFEST)
    store.put_manifest(target, name, made)
    layout.add(made.body)
    return made.digest


class _Packing:
    """A layer on its way, unpacked and packed again piece by piece.

    Args:
        layer: as its manifest describes it.
        unpacked: the digest that it has to have without packing.
        on_moved: is told of each piece.
    """

    def __init__(self, layer: Mapping[str, Any], unpacked: str, on_moved: OnMoved) -> None:
        self._layer = layer
        self._unpacked = unpacked
        self._on_moved = on_moved
        self._size = 0
        self._written = sha256()

    @property
    def described(self) -> dict[str, Any]:
        """The layer, packed anew, as a manifest describes it."""
        return {"mediaType": _ZSTD, "digest": self._digest(), "size": self._size}

    def carry(self, store: Store, source: Repository, target: Repository, layout: ImageLayout) -> None:
        """The target and the layout hold the layer, packed anew.

        Raises:
            UnreachableError: it is not what was described (`registry-garbled`), or a registry is silent.
        """
        with (
            store.blob_pieces(source, self._layer["digest"]) as pieces,
            layout.writing(self._digest) as keep,
        ):
            store.upload_unknown(target, _kept(self._packed(pieces, source.host), keep), self._digest)

    def _packed(self, pieces: Iterable[bytes], host: str) -> Iterator[bytes]:
        import zstandard  # noqa: PLC0415 - it costs 10 ms, which most runs need not pay

        came, content = sha256(), sha256()
        parameters = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL, window_log=_WINDOW, enable_ldm=True
        )
        pack = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        try:
            for data in _made_ahead(_unzipped(self._received(pieces, came))):
                content.update(data)
                yield from self._sent(pack.compress(data))
        except zlib.error as cause:
            raise other_content(self._layer["digest"], host) from cause
        yield from self._sent(pack.flush())
        found = (f"sha256:{came.hexdigest()}", f"sha256:{content.hexdigest()}")
        if found != (self._layer["digest"], self._unpacked):
            raise other_content(self._layer["digest"], host)

    def _received(self, pieces: Iterable[bytes], came: "Hash") -> Iterator[bytes]:
        for piece in pieces:
            came.update(piece)
            self._on_moved(len(piece), 0)
            yield piece

    def _sent(self, data: bytes) -> Iterator[bytes]:
        """The data in pieces each of which is sent in time over a slow wire, too."""
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            self._size += len(piece)
            self._written.update(piece)
            yield piece
            self._on_moved(0, len(piece))

    def _digest(self) -> str:
        return f"sha256:{self._written.hexdigest()}"


def _kept(pieces: Iterable[bytes], keep: Callable[[bytes], object]) -> Iterator[bytes]:
    """The pieces, each of which is kept before it goes on."""
    for piece in pieces:
        keep(piece)
        yield piece


def _made_ahead(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, which another thread fetches and unpacks while the ones before are packed and sent."""
    made, free, left = SimpleQueue[bytes | Exception | None](), Semaphore(_PIECES_AHEAD), Event()

    def make() -> None:
        try:
            for piece in pieces:
                free.acquire()
                if left.is_set():
                    return
                made.put(piece)
            made.put(None)
        except Exception as error:  # noqa: BLE001 - it is raised where the pieces are used
            made.put(error)

    maker = Thread(target=make, daemon=True)
    maker.start()
    try:
        while (piece := made.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece
            free.release()
    finally:
        left.set()
        free.release()
        maker.join()


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip packed, be it in several parts, in pieces that are never large."""
    part = zlib.decompressobj(_GZIP_WINDOW)
    for piece in pieces:
        rest = piece
        while rest:
            yield part.decompress(rest, _UNZIPPED)
            rest = part.unconsumed_tail or part.unused_data
            if part.eof:
                part = zlib.decompressobj(_GZIP_WINDOW)
    yield part.flush()
