"""pack, and a builder image of busybox with one buildpack of two files, made without a network."""

import functools
import io
import tarfile
import tempfile
from pathlib import Path

from lab import layers
from lab.engine import Engine
from lab.go_programs import GoProgram, go_program
from lab.images import push_layers
from lab.layers import Entry
from lab.registry import Registry

PACK = GoProgram(package="github.com/buildpacks/pack/cmd/pack", version="v0.35.1")
LIFECYCLE = GoProgram(package="github.com/buildpacks/lifecycle/cmd/lifecycle", version="v0.20.8")
LAUNCHER = GoProgram(package="github.com/buildpacks/lifecycle/cmd/launcher", version="v0.20.8")
PROGRAMS = (PACK, LIFECYCLE, LAUNCHER)

_PHASES = ("analyzer", "builder", "creator", "detector", "exporter", "extender", "rebaser", "restorer")
_ACCOUNTS = f"{layers.ACCOUNTS}cnb:x:1000:1000:cnb:/home:/bin/sh\n"
_GROUPS = f"{layers.GROUPS}cnb:x:1000:\n"
_LIFECYCLE_TOML = """\
[lifecycle]
version = "{version}"
[apis]
[apis.buildpack]
supported = ["0.10", "0.11"]
[apis.platform]
supported = ["0.10", "0.11", "0.12", "0.13"]
"""
_BUILDPACK_TOML = """\
api = "0.10"
[buildpack]
id = "demo/deps"
version = "1.0.0"
[[stacks]]
id = "*"
[[targets]]
os = "linux"
"""
_DETECT = "#!/bin/sh\nexit 0\n"
_BUILD = """\
#!/bin/sh
set -e
for name in tools deps; do
    layer=$CNB_LAYERS_DIR/$name
    if ! cmp -s "$layer/deps.txt" deps.txt; then
        mkdir -p "$layer"
        cp deps.txt "$layer/deps.txt"
        date +%s.%N >"$layer/made"
    fi
    printf '[types]\\nbuild = true\\ncache = true\\n' >"$layer.toml"
done
echo 'launch = true' >>"$CNB_LAYERS_DIR/deps.toml"
"""
_BUILDER_TOML = """\
[[buildpacks]]
uri = "{folder}/buildpack"
[[order]]
[[order.group]]
id = "demo/deps"
version = "1.0.0"
[build]
image = "{host}/cnb/build:1"
[[targets]]
os = "linux"
arch = "{arch}"
[run]
[[run.images]]
image = "{host}/cnb/run:1"
[stack]
id = "demo"
build-image = "{host}/cnb/build:1"
run-image = "{host}/cnb/run:1"
[lifecycle]
uri = "{folder}/lifecycle.tgz"
"""


@functools.cache
def pack() -> Path:
    """The folder that a PATH needs for `pack`.

    Raises:
        LabUnavailableError: there is no Go, or it cannot have the modules.
    """
    for program in (LIFECYCLE, LAUNCHER):
        go_program(program)
    found = go_program(PACK)
    folder = found.parent / f"bin-pack-{PACK.version}"
    folder.mkdir(exist_ok=True)
    if not (folder / "pack").exists():
        (folder / "pack").symlink_to(found)
    return folder


def push_builder(engine: Engine, registry: Registry) -> str:
    """The name of a builder image after it was pushed; its one buildpack keeps two layers by `deps.txt`.

    `tools` is for builds alone; `deps` goes into the image too.

    Args:
        engine: pack asks one even where it does not need it.
        registry: where build image, run image and builder go.
    """
    user = {"Env": ["PATH=/usr/bin:/bin", "CNB_USER_ID=1000", "CNB_GROUP_ID=1000", "CNB_STACK_ID=demo"]}
    config = user | {"User": "1000:1000", "Labels": {"io.buildpacks.stack.id": "demo"}}
    accounts = layers.pack(
        {"etc/passwd": Entry(content=_ACCOUNTS.encode()), "etc/group": Entry(content=_GROUPS.encode())}
    )
    for name in ("build", "run"):
        push_layers(registry, f"cnb/{name}:1", (layers.busybox(), accounts), config=config)
    builder = f"{registry.host}/cnb/builder:1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_buildpack(folder / "buildpack")
        _write_lifecycle(folder / "lifecycle.tgz")
        text = _BUILDER_TOML.format(folder=folder, host=registry.host, arch=layers.architecture())
        (folder / "builder.toml").write_text(text, encoding="utf-8")
        env = {"PATH": f"{pack()}:{engine.env['PATH']}", "PACK_HOME": name}
        words = ("pack", "builder", "create", builder, "--config", folder / "builder.toml", "--publish")
        engine.run(*words, env=env)
    return builder


def _write_buildpack(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True)
    (folder / "buildpack.toml").write_text(_BUILDPACK_TOML, encoding="utf-8")
    for name, text in (("detect", _DETECT), ("build", _BUILD)):
        (folder / "bin" / name).write_text(text, encoding="utf-8")
        (folder / "bin" / name).chmod(0o755)


def _write_lifecycle(archive: Path) -> None:
    """The lifecycle as its makers pack it: one program, and a name for each phase."""
    with tarfile.open(archive, "w:gz") as tar:
        text = _LIFECYCLE_TOML.format(version=LIFECYCLE.version.removeprefix("v")).encode()
        _add(tar, "lifecycle.toml", text, mode=0o644)
        for program in (LIFECYCLE, LAUNCHER):
            _add(tar, f"lifecycle/{program.name}", go_program(program).read_bytes(), mode=0o755)
        for phase in _PHASES:
            link = tarfile.TarInfo(f"lifecycle/{phase}")
            link.type, link.linkname, link.mode = tarfile.SYMTYPE, "lifecycle", 0o777
            tar.addfile(link)


def _add(tar: tarfile.TarFile, name: str, content: bytes, *, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    tar.addfile(member, io.BytesIO(content))
