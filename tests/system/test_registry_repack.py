"""Images packed anew on their way from one repository to another."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

import lab
from lab.layers import Entry, Layer
from stageplan.errors import UnreachableError
from stageplan.system.image_layout import ImageLayout
from stageplan.system.registry import Registry
from stageplan.system.registry_content import digest_of

CONTENT = b"some words " * 30_000


def layer(content: bytes = CONTENT) -> Layer:
    return lab.layers.pack({"words": Entry(content=content)})


class Place:
    """Where an image lies, and where it shall."""

    def __init__(self, registry: lab.Registry, folder: Path) -> None:
        self.layout = ImageLayout(folder)
        self.blobs = folder / "blobs" / "sha256"
        self.client = Registry()
        self.lab = registry
        self.down, self.up = 0, 0
        self.source, self.target = f"{registry.host}/base", f"{registry.host}/cache:base-1"

    def manifest(self, ref: str) -> dict[str, Any]:
        found = self.client.manifest(ref)
        assert found is not None
        return dict(json.loads(found.body))

    def repack(self, *content: Layer) -> str | None:
        lab.push_layers(self.lab, "base:1", content)
        return self.pack(self.manifest(f"{self.source}:1"))

    def pack(self, manifest: dict[str, Any]) -> str | None:
        return self.client.repack(self.source, manifest, self.target, layout=self.layout, on_moved=self.moved)

    def moved(self, down: int, up: int) -> None:
        self.down, self.up = self.down + down, self.up + up


@pytest.fixture
def place(registry: lab.Registry, tmp_path: Path) -> Place:
    return Place(registry, tmp_path)


def test_the_image_is_the_same_but_for_its_packing(place: Place) -> None:
    layers = (layer(), layer(b""))
    packed = place.repack(*layers)
    before, after = place.manifest(f"{place.source}:1"), place.manifest(place.target)
    assert after["config"]["digest"] == before["config"]["digest"]
    for old, new in zip(layers, after["layers"], strict=True):
        assert new["mediaType"] == "application/vnd.oci.image.layer.v1.tar+zstd"
        blob = place.client.blob(place.target, new["digest"])
        unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(blob)
        assert (len(blob), digest_of(unpacked)) == (new["size"], old.diff_id)
    assert packed == place.client.exists(place.target)
    sizes = (sum(len(each.blob) for each in layers), sum(each["size"] for each in after["layers"]))
    assert (place.down, place.up) == sizes


def test_the_folder_gets_the_same_image(place: Place) -> None:
    place.repack(layer(), layer(b""))
    manifest = place.client.manifest(place.target)
    assert manifest is not None
    found = place.manifest(place.target)
    kept = (manifest.digest, found["config"]["digest"], *(each["digest"] for each in found["layers"]))
    blobs = {f"sha256:{path.name}": digest_of(path.read_bytes()) for path in place.blobs.iterdir()}
    assert blobs == {digest: digest for digest in kept}


def test_it_is_packed_the_same_each_time(place: Place) -> None:
    assert place.repack(layer()) == place.repack(layer())


def test_what_gzip_packed_in_parts_is_whole(place: Place) -> None:
    tar = gzip.decompress(layer(b"\0" * (1 << 22)).blob)
    parts = gzip.compress(tar[:5000]) + gzip.compress(tar[5000:])
    assert place.repack(Layer(blob=parts, diff_id=digest_of(tar))) is not None


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Layer(blob=layer().blob[:-100], diff_id=layer().diff_id), id="cut off"),
        pytest.param(Layer(blob=layer().blob, diff_id=digest_of(b"")), id="another one"),
        pytest.param(Layer(blob=b"no gzip at all", diff_id=layer().diff_id), id="not packed with gzip"),
    ],
)
def test_what_is_not_what_it_should_be_gets_no_name(place: Place, broken: Layer) -> None:
    with pytest.raises(UnreachableError, match="sent something else than 'sha256:") as caught:
        place.repack(layer(), broken)
    assert caught.value.rule == "registry-garbled"
    assert place.client.exists(place.target) is None
    blobs = [path for path in place.blobs.iterdir() if f"sha256:{path.name}" != digest_of(path.read_bytes())]
    assert blobs == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"mediaType": "application/vnd.oci.image.layer.v1.tar"}, id="not packed"),
        pytest.param({"urls": ["https://example.com/layer"]}, id="elsewhere"),
    ],
)
def test_other_layers_are_left_to_a_builder(place: Place, change: dict[str, object]) -> None:
    lab.push_layers(place.lab, "base:1", (layer(),))
    manifest = place.manifest(f"{place.source}:1")
    manifest["layers"][0] |= change
    assert place.pack(manifest) is None
    assert place.client.exists(place.target) is None
