import tarfile
from pathlib import Path

import pytest

import lab
from lab.layers import Entry, pack

FILE = Entry(content=b"one")
FOLDER = Entry(kind=tarfile.DIRTYPE, mode=0o755)
LINK = Entry(kind=tarfile.LNKTYPE, target="a/file")
ONE = {"a": FOLDER, "a/file": FILE}
OTHER_MODE = Entry(content=b"one", mode=0o600)
DOCKERFILE = """\
FROM busybox:1.37 AS build
RUN mkdir -p /out/deep && echo made > /out/deep/file && ln /out/deep/file /out/twin && mkfifo /out/pipe \\
    && ln -s deep/file /out/link && chown 7:8 /out/link /out/twin && chmod 4755 /out/twin
FROM scratch
COPY --from=build /out /out
ENV NAME=value
"""


def push(registry: lab.Registry, name: str, *contents: dict[str, Entry]) -> lab.Image:
    lab.push_layers(registry, name, [pack(entries) for entries in contents])
    return lab.Image.read(registry, name)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        pytest.param([ONE], [], id="itself"),
        pytest.param([{"a": FOLDER}, {"./a/file": FILE}], [], id="spread over layers"),
        pytest.param([ONE | {"b": FILE}, {".wh.b": Entry()}], [], id="added and deleted"),
        pytest.param([{"a/b": FILE}, {"a/.wh..wh..opq": Entry(), **ONE}], [], id="a folder made anew"),
        pytest.param([ONE | {"b": FILE}], ["/b: only in the second"], id="one more"),
        pytest.param([{"a": FOLDER}], ["/a/file: only in the first"], id="one less"),
        pytest.param([ONE, {"a/file": OTHER_MODE}], ["/a/file: mode is '644' and '600'"], id="another mode"),
        pytest.param([ONE, {"a": FILE}, ONE], [], id="a file in place of a folder, and back"),
        pytest.param(
            [ONE | {"b": LINK}],
            ["/a/file: names is ('/a/file',) and ('/a/file', '/b')", "/b: only in the second"],
            id="a hard link",
        ),
    ],
)
def test_images_differ_by_what_a_container_sees(
    registry: lab.Registry, layers: list[dict[str, Entry]], expected: list[str]
) -> None:
    one, other = push(registry, "one:1", ONE), push(registry, "other:1", *layers)
    assert lab.differences(one, other) == tuple(expected)


def test_images_differ_by_config(registry: lab.Registry) -> None:
    lab.push_layers(registry, "one:1", [pack(ONE)], config={"User": "ann"})
    lab.push_layers(registry, "one:2", [pack(ONE)], config={"User": "bob", "Labels": {"a": "b"}})
    found = lab.differences(lab.Image.read(registry, "one:1"), lab.Image.read(registry, "one:2"))
    assert found == ("config: Labels is None and {'a': 'b'}", "config: User is 'ann' and 'bob'")


def test_two_builds_of_one_file_are_equal(engine: lab.Engine, registry: lab.Registry, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    for tag in ("1", "2"):
        words = ("docker", "buildx", "build", "--no-cache", "--push", "-t", f"{registry.host}/app:{tag}")
        engine.run(*words, str(tmp_path))
    one, other = (lab.Image.read(registry, f"app:{tag}") for tag in ("1", "2"))
    assert lab.differences(one, other) == ()
    assert one.paths["/out/twin"]["mode"] == "4755"
    assert one.paths["/out/twin"]["names"] == ("/out/deep/file", "/out/twin")
    assert {path: facts["kind"] for path, facts in one.paths.items()} == {
        "/out": "folder",
        "/out/deep": "folder",
        "/out/deep/file": "file",
        "/out/link": "link",
        "/out/pipe": "fifo",
        "/out/twin": "file",
    }
