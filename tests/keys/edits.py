"""Small files to build, and small changes of them: what a key says of each, and what a real builder does."""

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Files = Mapping[str, str | None]
"""Path to text; `-> target` for a link, None for a directory; `f:755` sets the mode."""

BRANCHES = """\
ARG BASE=team/keyed:1
FROM ${BASE} AS base
ARG VERSION=1
ENV MODE=fast LEVEL=2
WORKDIR /work
COPY --chmod=644 conf/settings.ini conf/
RUN cat conf/settings.ini > /conf; env | grep -v HOSTNAME > /env

FROM base AS build
ARG FLAGS=-O2
ARG UNSET
COPY src src
COPY *.txt ./docs/
RUN --mount=type=bind,source=tools,target=/tools \\
    cat /env /conf /tools/* docs/* > /out; \\
    find src -exec stat -c '%a %n %N' {} + >> /out; cat src/* >> /out; env | grep -v HOSTNAME >> /out
RUN wc /out > /count

FROM base AS data
ENV COLOR=red
COPY --link data/ /data/
RUN <<EOF
cat /env /data/* > /joined
echo $COLOR >> /joined
EOF
COPY <<CONF /etc/app.conf
color=$COLOR
CONF

FROM ${BASE} AS tested
COPY --from=build /out /out
RUN --mount=type=cache,target=/cache cat /out > /result

FROM ${BASE} AS final
LABEL kind=final
COPY --from=build /out /count /srv/
COPY --from=data /joined /etc/app.conf /srv/
COPY --from=tested /result /srv/
USER 1000
EXPOSE 80
CMD ["cat", "/srv/out"]
"""
BRANCH_FILES: Files = {
    "conf/settings.ini": "a=1\n",
    "src/a.c": "int a;\n",
    "src/b.c": "int b;\n",
    "src/sub/c.c": "int c;\n",
    "src/link": "-> a.c",
    "src/t.tmp": "t\n",
    "one.txt": "one\n",
    "two.txt": "two\n",
    "tools/gen": "gen\n",
    "data/x": "x\n",
    "data/y": "y\n",
    "build.log": "log\n",
    "unread": "u\n",
    ".dockerignore": "*.log\n**/*.tmp\n",
}

WHOLE = """\
# escape=`
FROM team/triggers:1 AS tools
RUN find /fired -exec stat -c '%a %n' {} + > /tools
FROM team/keyed:1
ADD archive.tar /unpacked/
COPY --chown=12:34 d*/ /dirs/
COPY link /linked
SHELL ["/bin/sh", "-ec"]
RUN --mount=from=tools,source=/tools,target=/tools `
    --mount=type=tmpfs,target=/scratch `
    --mount=type=secret,id=none `
    cat /tools /linked > /seen; find /dirs /unpacked -exec stat -c '%a %u %n' {} + >> /seen
FROM scratch AS last
COPY --from=1 /seen /seen
COPY --from=team/keyed:1 /etc/image /image
COPY . /all
"""
WHOLE_FILES: Files = {
    "archive.tar": "not even a tar\n",
    "dir/a": "a\n",
    "dir/b:600": "b\n",
    "dir2/sub/c": "c\n",
    "empty": None,
    "link": "-> dir/a",
    "fired/f": "f\n",
    "node_modules/m": "m\n",
    "Dockerfile.dockerignore": "node_modules\n.git\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A Dockerfile with its build context."""

    dockerfile: str
    files: Files

    def write(self, folder: Path) -> None:
        """The context, with the Dockerfile in it; every mode is set."""
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            path, _, mode = name.partition(":")
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.mkdir()
            elif content.startswith("-> "):
                target.symlink_to(content.removeprefix("-> "))
            else:
                target.write_text(content)
                target.chmod(int(mode or "644", 8))
        for directory, _, _ in os.walk(folder):
            Path(directory).chmod(0o755)
        (folder / "Dockerfile").write_text(self.dockerfile)
        (folder / "Dockerfile").chmod(0o644)


PROJECTS = {
    "branches": Project(dockerfile=BRANCHES, files=BRANCH_FILES),
    "whole": Project(dockerfile=WHOLE, files=WHOLE_FILES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One small change.

    Attributes:
        replace: pieces of the Dockerfile and what stands there then.
        change: what is done to the folder.
        args: build arguments.
        revision: which image the base's tag names.
        stricter: the stages whose files get another key although the builder runs nothing of them again.
    """

    replace: tuple[tuple[str, str], ...] = ()
    change: Callable[[Path], object] = field(default=lambda _: None)
    args: Mapping[str, str] = field(default_factory=dict)
    revision: int = 1
    stricter: frozenset[str] = frozenset()

    def apply(self, folder: Path) -> None:
        """The folder after the change; what is replaced must be there."""
        path = folder / "Dockerfile"
        text = path.read_text()
        for old, new in self.replace:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text)
        self.change(folder)


def text(*replace: tuple[str, str], stricter: str = "") -> Edit:
    """A change of the Dockerfile."""
    return Edit(replace=replace, stricter=frozenset(stricter.split()))


def args(**values: str) -> Edit:
    """A build with arguments."""
    return Edit(args=values)


def files(change: Callable[[Path], object]) -> Edit:
    """A change of the context."""
    return Edit(change=change)


def write(name: str, content: str) -> Edit:
    """A file gets another content, or is new."""
    return files(lambda folder: (folder / name).write_text(content))


def move(name: str, to: str) -> Edit:
    """A file gets another name."""
    return files(lambda folder: (folder / name).rename(folder / to))


def mode(name: str, value: int) -> Edit:
    """A file or directory gets another mode."""
    return files(lambda folder: (folder / name).chmod(value))


def relink(name: str, to: str) -> Edit:
    """A link leads elsewhere."""

    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(to)

    return files(change)


def _touch(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (1, 1), follow_symlinks=False)


def _moved_settings(folder: Path) -> None:
    (folder / "etc").mkdir(mode=0o755)
    (folder / "conf/settings.ini").rename(folder / "etc/settings.ini")


ALL = "base build data tested final"

BRANCH_EDITS: Mapping[str, Edit] = {
    "nothing": Edit(),
    "times": files(_touch),
    "content": write("src/a.c", "int a2;\n"),
    "mode": mode("src/b.c", 0o755),
    "mode that the COPY sets": mode("conf/settings.ini", 0o600),
    "mode of a directory": mode("src/sub", 0o700),
    "name": move("src/b.c", "src/bb.c"),
    "link": relink("src/link", "b.c"),
    "attribute": files(lambda folder: os.setxattr(folder / "src/a.c", "user.kind", b"c")),
    "attribute of a directory": files(lambda folder: os.setxattr(folder / "src", "user.kind", b"d")),
    "hard link": files(lambda folder: (folder / "src/hard").hardlink_to(folder / "src/a.c")),
    "empty directory": files(lambda folder: (folder / "src/new").mkdir(mode=0o755)),
    "file gone": files(lambda folder: (folder / "src/sub/c.c").unlink()),
    "file that a wildcard finds": write("three.txt", "3\n"),
    "file that no wildcard finds": write("three.md", "3\n"),
    "file that a mount shows": write("tools/gen", "gen2\n"),
    "file that nobody reads": write("unread", "u2\n"),
    "ignored file": write("src/new.tmp", "n\n"),
    "ignored file changed": write("build.log", "more\n"),
    "ignore file": write(".dockerignore", "*.log\n**/*.tmp\nnothing\n"),
    "ignore file that shows more": write(".dockerignore", "*.log\n"),
    "content behind --link": write("data/x", "xx\n"),
    "comment": text(("WORKDIR", "# comment\n\nWORKDIR")),
    "comment within": text(("    cat /env /conf", "# comment\n    cat /env /conf")),
    "continuation": text(("RUN wc /out", "RUN wc \\\n/out")),
    "keyword": text(("COPY src", "copy src")),
    "path": text(("COPY src src", "COPY ./src/ src")),
    "array": text(("COPY src src", 'COPY ["src", "src"]')),
    "slash": text(("COPY src src", "COPY src src/")),
    "whole destination": text(("COPY src src", "COPY src /work/src"), stricter="build tested final"),
    "name of a stage": text(("AS build", "AS made"), ("--from=build", "--from=made")),
    "source elsewhere": Edit(
        replace=(("conf/settings.ini conf/", "etc/settings.ini conf/"),),
        change=_moved_settings,
        stricter=frozenset(ALL.split()),
    ),
    "value of an ARG": args(VERSION="2"),
    "default of an ARG": args(VERSION="1"),
    "ARG without value": args(UNSET="x"),
    "undeclared ARG": args(NOBODY="x"),
    "proxy": args(HTTP_PROXY="http://127.0.0.1:1"),
    "same base by an ARG": args(BASE="docker.io/team/keyed:1"),
    "time": args(SOURCE_DATE_EPOCH="1700000000"),
    "host name": args(BUILDKIT_SANDBOX_HOSTNAME="other"),
    "namespace of caches": args(BUILDKIT_CACHE_MOUNT_NS="other"),
    "inline cache": args(BUILDKIT_INLINE_CACHE="1"),
    "ENV": text(("COLOR=red", "COLOR=blue")),
    "order of ENV": text(("MODE=fast LEVEL=2", "LEVEL=2 MODE=fast")),
    "ENV in two lines": text(("MODE=fast LEVEL=2", "MODE=fast\nENV LEVEL=2")),
    "ARG becomes ENV": text(("ARG VERSION", "ENV VERSION"), stricter="base tested final"),
    "last ENV": text(("\nFROM ${BASE} AS tested", "ENV LAST=1\n\nFROM ${BASE} AS tested")),
    "last ARG": text(("\nFROM ${BASE} AS tested", "ARG LAST=1\n\nFROM ${BASE} AS tested")),
    "LABEL": text(("kind=final", "kind=last")),
    "LABEL of a base": text(("ARG VERSION", "LABEL a=b\nARG VERSION")),
    "CMD": text(('"cat", ', '"less", ')),
    "EXPOSE": text(("EXPOSE 80", "EXPOSE 81")),
    "USER": text(("USER 1000", "USER 1001")),
    "USER before a RUN": text(("RUN wc", "USER 0:5\nRUN wc")),
    "SHELL": text(("RUN wc", 'SHELL ["/bin/sh", "-ec"]\nRUN wc')),
    "blanks in a RUN": text(("wc /out", "wc  /out")),
    "exec form": text(
        ("RUN wc /out > /count", 'RUN ["/bin/sh", "-c", "wc /out > /count"]'), stricter="build tested final"
    ),
    "WORKDIR": text(("WORKDIR /work", "WORKDIR /work2")),
    "order": text(("COPY src src\nCOPY *.txt ./docs/\n", "COPY *.txt ./docs/\nCOPY src src\n")),
    "here-document of a COPY": text(("color=", "colour=")),
    "here-document of a RUN": text(("echo $COLOR", "echo is $COLOR")),
    "name of a here-document": text(("EOF", "EOT"), stricter="data final"),
    "chmod": text(("--chmod=644", "--chmod=600")),
    "chmod with a zero": text(("--chmod=644", "--chmod=0644"), stricter=ALL),
    "no --link": text(("--link ", "")),
    "id of a cache": text(("type=cache,", "type=cache,id=k,")),
    "sharing of a cache": text(("type=cache,", "type=cache,sharing=locked,"), stricter="tested final"),
    "order of a mount's fields": text(("source=tools,target=/tools", "target=/tools,source=tools")),
    "network": text(("RUN wc", "RUN --network=none wc")),
    "base": Edit(revision=2),
}

WHOLE_EDITS: Mapping[str, Edit] = {
    "nothing": Edit(),
    "Dockerfile that is copied": text(("FROM scratch AS last", "# new\nFROM scratch AS last")),
    "archive": write("archive.tar", "neither is this\n"),
    "content behind a link": write("dir/a", "aa\n"),
    "link": relink("link", "dir/b"),
    "mode of a directory that a wildcard finds": mode("dir2", 0o750),
    "directory that a wildcard finds": files(lambda folder: (folder / "dir3").mkdir(mode=0o755)),
    "empty directory": files(lambda folder: (folder / "empty").rmdir()),
    "mode of the context": mode(".", 0o700),
    "file that a trigger copies": write("fired/f", "ff\n"),
    "ignored file": write("node_modules/m", "mm\n"),
    "owner": text(("12:34", "12:35")),
    "shell": text(("-ec", "-c")),
    "tmpfs": text(("type=tmpfs,", "type=tmpfs,size=1m,")),
    "secret": text(("id=none", "id=other")),
    "order of mounts": text(
        (
            "--mount=from=tools,source=/tools,target=/tools `\n    --mount=type=tmpfs,target=/scratch `",
            "--mount=type=tmpfs,target=/scratch `\n    --mount=from=tools,source=/tools,target=/tools `",
        ),
        stricter="stage-1",
    ),
    "base": Edit(revision=2),
}


def random_edit(seed: int, project: Project) -> Edit:
    """A change of one file of a project, another for each seed."""
    dice = random.Random(seed)  # noqa: S311 - the same on every run
    paths = [name.partition(":")[0] for name, content in project.files.items() if _is_file(content)]
    name = dice.choice([path for path in paths if "ignore" not in path])
    match dice.choice(("content", "mode", "name", "beside", "directory")):
        case "content":
            return write(name, f"content {seed}\n")
        case "mode":
            return mode(name, 0o400 + seed % 0o377)
        case "name" if name not in project.dockerfile and f"-> {name}" not in project.files.values():
            return move(name, f"{name}-{seed}")
        case "beside":
            return write(f"{name}{seed}.txt", f"beside {seed}\n")
        case _:
            return files(lambda folder: (folder / f"{name}{seed}").mkdir(mode=0o755))


def _is_file(content: str | None) -> bool:
    return content is not None and not content.startswith("-> ")
