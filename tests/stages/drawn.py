"""Files for a real builder, drawn at random: they name each other in every way there is, and mostly build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from stageplan.graph import ImageConfig

NAMES = ("base", "Build", "deps", "test.x", "final-1", "tools", "a__b")
RARE_NAMES = ("scratch", "context", "alpine", "BASE", "stage-1", "Context")
PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
IMAGES: Mapping[str, ImageConfig] = {
    **{
        f"{name.lower()}:latest": ImageConfig(environment=PATH)
        for name in (
            *NAMES,
            *RARE_NAMES,
            "busybox",
            "tool",
            "final",
            "d6464",
            "arm64",
            "arm",
            "default",
            "1e0",
            "dep",
        )
    },
    "alpine:3": ImageConfig(environment=PATH),
    "alpine:3.22": ImageConfig(environment=PATH),
    "busybox:1.37": ImageConfig(environment=PATH),
    "variables:1": ImageConfig(
        environment={**PATH, "WHERE": "/etc", "KIND": "tools"}, working_directory="/w"
    ),
    "triggers:copy": ImageConfig(environment=PATH, onbuild=("COPY --from=base /etc/passwd /o",)),
    "triggers:mount": ImageConfig(
        environment=PATH, onbuild=("ENV WHERE=/n", "RUN --mount=from=TOOLS,target=$WHERE true", "WORKDIR /x")
    ),
    "triggers:number": ImageConfig(environment=PATH, onbuild=("COPY --from=1 /etc/passwd /i",)),
    "triggers:image": ImageConfig(environment=PATH, onbuild=("COPY --from=busybox:1.37 /etc/passwd /j",)),
    "triggers:context": ImageConfig(
        environment=PATH, onbuild=("COPY . /src", "COPY --link --from=deps /p /q")
    ),
}


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A file, and the options of its build.

    Attributes:
        text: the file.
        options: as `BuildOptions` takes them.
    """

    text: str
    options: Mapping[str, Any] = field(default_factory=dict)


class Words:
    """Draws words for one file.

    Args:
        draw: of hypothesis.
        wrong: whether there may be words that the builder refuses.
    """

    def __init__(self, draw: st.DrawFn, *, wrong: bool) -> None:
        self._draw = draw
        self.wrong = wrong

    def chance(self, share: int) -> bool:
        """Yes, once in so many times."""
        return self._draw(st.integers(1, share)) == share

    def one(self, usual: Sequence[str], wrong: Sequence[str] = (), share: int = 8) -> str:
        """One of the usual words, or once in so many times a wrong one."""
        is_wrong = self.wrong and wrong and self.chance(share)
        return self._draw(st.sampled_from(wrong if is_wrong else usual))

    def number(self, least: int, most: int) -> int:
        """A number."""
        return self._draw(st.integers(least, most))

    def some(self, words: Sequence[str], most: int) -> list[str]:
        """So many of the words at most, in any order, none twice."""
        return list(self._draw(st.permutations(words)))[: self.number(0, most)]

    def cased(self, word: str) -> str:
        """The word as it is, or in another case."""
        return self.one([word, word, word.lower(), word.upper()])


@st.composite
def drawn_files(draw: st.DrawFn) -> Drawn:
    """A file of a few stages, and options."""
    words = Words(draw, wrong=draw(st.integers(1, 4)) == 1)
    escape = "`" if words.chance(6) else "\\"
    names = [*words.some(NAMES, 5), "final"]
    if words.chance(3):
        names[words.number(0, len(names) - 1)] = words.one([*RARE_NAMES, names[0]])
    lines = ["# escape=`"] if escape == "`" else []
    lines += [] if words.wrong and words.chance(3) else _ARGS
    lines += words.some(_MORE_ARGS, 2)
    lines += [words.one(["ARG UNUSED=1"], _WRONG_ARGS)]
    for number, name in enumerate(names):
        named = "" if words.chance(8) else f" {words.one(['AS', 'as'])} {name}"
        lines.append(_from(words, names, number) + named)
        lines += [_instruction(words, names, number, escape) for _ in range(words.number(0, 4))]
    if words.chance(5):  # nothing is left that no stage needs
        lines += ["FROM busybox:1.37", *(f"COPY --from={index} /a /b" for index in range(len(names)))]
    return Drawn(text="\n".join(lines), options=_options(words, names))


_ARGS = ("ARG KIND=base TAG=3.22", "ARG WHERE=tools", 'ARG IMAGE="alpine:${TAG:-3.22}" PLATFORM=linux/amd64')
_MORE_ARGS = (
    "ARG KIND",
    "ARG WHERE=test.x TAG",
    "arg KIND=${WHERE:-deps}",
    "ARG PLATFORM=$BUILDPLATFORM",
    "ARG WHERE=${TARGETSTAGE}",
    "ARG KIND=${TARGETARCH#am}64",
)
_WRONG_ARGS = ("ARG TAG=${NONE:?no kind}", "ARG WHERE=", "ARG", "ARG =x", "ENV A=1")
_IMAGES = (
    "alpine:3.22",
    "busybox:1.37",
    "busybox",
    "docker.io/library/alpine:3.22",
    "variables:1",
    "triggers:copy",
    "triggers:mount",
    "triggers:number",
    "triggers:image",
    "triggers:context",
)
_EXPANDED = (
    "alpine:${TAG:-3.22}",
    "${KIND:-alpine:3.22}",
    "$WHERE",
    "${IMAGE}",
    '"alpine:3.22"',
    "${KIND:+tools}",
    "bu${NONE}sybox",
    "${WHERE%s}",
    "alpine:3${NONE#3}",
)
_WRONG_BASES = ("Alpine:3.22", "${NONE:?}", "alpine:", "${", "BASE", "a/../b", "$NONE", "a b")
_PLATFORMS = ("--platform=$BUILDPLATFORM ", "--platform=linux/arm64 ", "--platform=${PLATFORM} ")


def _from(words: Words, names: Sequence[str], number: int) -> str:
    known = [name.lower() for name in names[:number]]
    base = words.one(
        [
            words.one([*_IMAGES, "scratch"]),
            *(words.one(known or _IMAGES) for _ in range(3)),
            words.one(_EXPANDED, _WRONG_BASES, 2),
            words.one(names if words.wrong else [name.lower() for name in names]),
        ]
    )
    platform = words.one(_PLATFORMS, ["--platform=$NONE ", "--platform=a/b/c/d "]) if words.chance(6) else ""
    keyword = words.one(["FROM", "FROM", "from", "\tFrom"])
    return f"{keyword} {platform}{base}"


def _instruction(words: Words, names: Sequence[str], number: int, escape: str) -> str:
    sources = [
        *(words.cased(name) for name in (*names[:number], *names[:number])),
        *map(str, range(number)),
        words.one(_IMAGES),
    ]
    if words.chance(12):
        sources = [*names[:number], *names[number + 1 :], "alpine"]
    kind = words.number(1, 12)
    if kind <= 4:
        line = _copy(words, sources)
    elif kind <= 8:
        line = _mount(words, [name for name in sources if not name.isdigit()])
    elif kind <= 10:
        line = words.one([*_FREE, f"RUN true {escape}\n# comment\n\n  && COPY --from=nothing {escape}\n"])
    else:
        line = words.one(_HEREDOCS)
    line = words.one([line], _WRONG)
    return f"ONBUILD {line}" if words.chance(5) else line


def _copy(words: Words, sources: Sequence[str]) -> str:
    flags = [] if words.chance(4) else [f"--from={words.one(sources, _WRONG_SOURCES)}"]
    flags += words.some(_FLAGS, 2)
    flags += [words.one(["--link=true"], _WRONG_FLAGS)] if words.chance(4) and "--link" not in flags else []
    rest = words.one(_COPIED, _WRONG_COPIED)
    return " ".join((words.one(["COPY", "COPY", "copy", "CoPy"]), *flags, rest))


_FLAGS = ("--link", "--chown=1:${WHERE:-2}", "--chmod=755")
_WRONG_FLAGS = (
    "--chmod=9",
    "--chmod=u+q",
    "--chown=$NONE --chown=1",
    "--form=base",
    "--link=perhaps",
    "--from",
)
_WRONG_SOURCES = ("$KIND", "7", "-1", "1e0", "'base'", "ba\\se", "Alpine", "", "base:")
_COPIED = (
    "/etc/passwd /p",
    "$WHERE/passwd /p/",
    '["/etc/x y", "/z"]',
    "a* b /c/",
    "-- --x /y",
    "<<E /e\nbody $KIND\nE",
    "a <<E /e/\nE",
)
_WRONG_COPIED = (
    "only-one",
    "https://example.invalid/x /y",
    "${WHERE:?not set} /x",
    "${NONE:?} /x",
    "[1] /x",
    "",
)


def _mount(words: Words, sources: Sequence[str]) -> str:
    kind = words.one(
        ["", "type=bind,", "type=cache,", "TYPE=cache,", "type=tmpfs,"], ["type=ssh,", "type=none,"]
    )
    origin = "" if words.chance(4) else f"from={words.one([*sources, 'scratch'], _WRONG_ORIGINS)},"
    rest = words.one(_MOUNTED, _WRONG_MOUNTED)
    more = words.one(
        ["", "", "--network=none ", "--mount=type=secret,id=s ", "--mount=from=busybox,target=/d "]
    )
    return f"RUN --mount={kind}{origin}{rest} {more}ls /m"


_MOUNTED = (
    "target=/m",
    "target=/m,ro",
    "dst=$WHERE/m,source=/etc",
    '"target=/a,b"',
    "target=rel",
    "readonly=1,target=/m",
)
_WRONG_ORIGINS = ("$KIND", "", "A", "base:")
_WRONG_MOUNTED = (
    "",
    "target=/",
    "target=/m,uid=x",
    "target=/m,sharing=locked",
    "traget=/m",
    "target=/m,size=1k",
    'target="/m',
)
_FREE = (
    "COPY . /all",
    "ADD a b /c/",
    "ENV KIND=x WHERE=/usr",
    "ARG WHERE=/opt",
    "ARG KIND",
    "ENV TAG 1 2 3",
    "WORKDIR ${WHERE:-/w}",
    "RUN --mount=target=/src true",
    "RUN --mount=target=/src,source=a --mount=type=cache,target=/c true",
    'LABEL a="b c" d=$WHERE',
    "USER ${NONE:-me}",
    "EXPOSE 80 ${NONE:-90/udp}",
    'CMD ["a"]',
    'SHELL ["/bin/sh", "-c"]',
    "HEALTHCHECK NONE",
)
_HEREDOCS = (
    "RUN <<E\nFROM none AS nothing\nCOPY --from=base /x /y\nE",
    "RUN <<-'E' cat\n\tCOPY --from=7 / /\n\tE",
    "COPY <<E /e\nFROM $KIND\nE",
    'COPY <<a <<"b" /e/\n$WHERE\na\n$WHERE\nb',
    "RUN cat <<E 3<<F\nx\nE\nFROM y\nF",
    "RUN echo '<<E'",
    "ADD <<E /e\nE",
)
_WRONG = (
    "ADD --from=base /a /b",
    "RUN --mount=type=nothing true",
    "RUN <<E\nnever ends",
    "COPY --from=base --from=deps /a /b",
    "MAINTAINER",
    "ENV",
    "ENV A=1 B",
    "STOPSIGNAL nothing",
    "EXPOSE nothing",
    "ONBUILD FROM base",
    "ONBUILD ONBUILD RUN true",
    "FORM base",
    "RUN [1]",
    "USER ${NONE:?who}",
    "SHELL a",
)


def _options(words: Words, names: Sequence[str]) -> Mapping[str, Any]:
    options: dict[str, Any] = {}
    lower = [name.lower() for name in names]
    if words.chance(2):
        options["target"] = words.cased(words.one(names[len(names) // 2 :], ["0", "none", "stage-0"]))
    if words.chance(3):
        keys = words.some(("KIND", "WHERE", "IMAGE", "TARGETSTAGE", "HTTP_PROXY"), 2)
        options["build_args"] = {key: words.one([*lower, "busybox:1.37"]) for key in keys}
    if words.chance(3):
        keys = words.some(
            [*dict.fromkeys(lower), "alpine:3.22", "busybox", "docker.io/library/variables:1"], 2
        )
        images = ("variables:1", "triggers:copy", "scratch", "docker.io/library/busybox:1.37")
        options["build_contexts"] = {key: f"docker-image://{words.one(images)}" for key in keys}
    if words.chance(8):
        options["platform"] = words.one(["linux/arm64", "linux/arm/v7"])
    return options
