"""Keys: what they are made of, what keeps them, and when there is none."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from stageplan.keys.model import KeyInput, StageKey
from stageplan.keys.stage_keys import artifact_key

Keys = Mapping[str, StageKey]
MakeKeys = Callable[..., Keys]

URL = "https://example.org/a.tgz"
GIT = "https://example.org/a.git"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
CHECKSUM = f"sha256:{'2' * 64}"
EVERYTHING = f"""\
FROM alpine:3.22 AS tools
FROM alpine:3.22 AS app
ARG LEVEL=1
ENV MODE=fast
SHELL ["/bin/sh", "-ec"]
USER app
COPY --chown=app src ./lib/ /app/
COPY <<E /etc/
level $LEVEL
E
COPY --from=tools --link /bin/x /bin/
RUN --mount=type=cache,target=/c --mount=from=busybox,target=/b --mount=source=etc,target=/e \\
    --network=none make
ADD --checksum={CHECKSUM} {URL} /a
WORKDIR /srv
LABEL kind=app
CMD ["run"]
"""


def rows(key: StageKey) -> list[tuple[str, str, str]]:
    return [(item.kind, item.name, item.value) for item in key.inputs]


def test_a_key_is_made_of_all_that_decides_the_stage(make_keys: MakeKeys) -> None:
    keys = make_keys(EVERYTHING)
    digest = f"sha256:{'1' * 64}"
    assert rows(keys["app"]) == [
        ("platform", "platform", "linux/amd64"),
        ("base-image", "docker.io/library/alpine:3.22", digest),
        ("argument", "LEVEL", "1"),
        ("environment", "MODE", "fast"),
        ("shell", "SHELL", '["/bin/sh", "-ec"]'),
        ("user", "USER", "app"),
        ("instruction", "COPY", "--chown=app src lib /app/"),
        ("files", "src ./lib/", "digest of src ./lib/ in None"),
        ("instruction", "COPY", "'<<E' /etc/"),
        ("heredoc", "<<E", "level 1\n"),
        ("instruction", "COPY", "--link bin/x /bin/"),
        ("copied-stage", "tools", keys["tools"].files),
        ("instruction", "RUN", "--network=none -- make"),
        ("mount", "--mount", "type=cache target=/c"),
        ("copied-image", "scratch", "nothing"),
        ("mount", "--mount", "type=bind target=/b readonly=True"),
        ("copied-image", "docker.io/library/busybox:latest", f"{digest} linux/amd64"),
        ("mount", "--mount", "type=bind source=etc target=/e readonly=True"),
        ("files", "etc", "digest of etc in None"),
        ("instruction", "ADD", f"--checksum={CHECKSUM} {URL} /a"),
        ("remote", URL, CHECKSUM),
        ("instruction", "WORKDIR", "/srv"),
        ("setting", "LABEL kind", "app"),
        ("setting", "CMD", '["run"]'),
    ]
    lines = [item.line for item in keys["app"].inputs if item.kind == "instruction"]
    assert lines == [7, 8, 11, 12, 14, 15]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("RUN a", "# c\n\nRUN a", id="comment and blank line"),
        pytest.param("RUN a b", "RUN a \\\nb", id="continuation"),
        pytest.param("RUN a b", "RUN a \\\n# c\n\nb", id="comment and blank line in a continuation"),
        pytest.param("RUN a", "run a", id="keyword"),
        pytest.param("COPY a b /c/", 'COPY ["a", "b", "/c/"]', id="array"),
        pytest.param("COPY --chown=1 --link a /c", "COPY --link --chown=1 a /c", id="order of flags"),
        pytest.param("COPY a /c", "COPY --link=false a /c", id="flag that is off"),
        pytest.param("ENV A=1 B=2", "ENV A=1\nENV B=2", id="two lines"),
        pytest.param("ENV A=1", "ENV A 1", id="old form"),
        pytest.param("ARG A=1\nRUN a", "ARG A=${B:-1}\nRUN a", id="same value"),
        pytest.param("ARG A\nRUN a", "RUN a", id="ARG without value"),
        pytest.param("WORKDIR $HOME", "WORKDIR /root", id="variable of the base image"),
        pytest.param("RUN --mount=target=/a,from=busybox b", "RUN --mount=from=busybox,dst=/a b", id="mount"),
    ],
)
def test_other_ways_to_write_the_same_keep_the_key(make_keys: MakeKeys, before: str, after: str) -> None:
    one, two = (make_keys(f"FROM alpine\n{line}\n")["stage-0"] for line in (before, after))
    assert (one.digest, one.files) == (two.digest, two.files)
    assert one.digest is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a", "z", id="name of a stage"),
        pytest.param("alpine ", "alpine:latest ", id="name of an image"),
        pytest.param("alpine ", "alpine:edge ", id="tag of the same digest"),
    ],
)
def test_names_for_the_same_thing_keep_the_key(make_keys: MakeKeys, before: str, after: str) -> None:
    def text(name: str, image: str) -> str:
        return f"FROM {image}AS {name}\nRUN a\nFROM {name} AS b\nCOPY --from={name} /x /y\n"

    renamed = text(after, "alpine ") if before == "a" else text("a", after)
    one, two = (list(make_keys(file).values()) for file in (text("a", "alpine "), renamed))
    assert [key.digest for key in one] == [key.digest for key in two]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("RUN a", "RUN  a b", id="command"),
        pytest.param("RUN a b", "RUN a  b", id="blanks in a command"),
        pytest.param("RUN a b", 'RUN ["a", "b"]', id="form"),
        pytest.param("RUN --network=none a", "RUN a", id="flag"),
        pytest.param("RUN --network=none a", "RUN -- --network=none a", id="what looks like a flag"),
        pytest.param("RUN --mount=target=/a b", "RUN --mount=target=/a,rw b", id="mount"),
        pytest.param("RUN <<E\na\nE", "RUN <<E\nb\nE", id="here-document"),
        pytest.param("RUN <<E\n\ta\nE", "RUN <<-E\n\ta\nE", id="tabs of a here-document"),
        pytest.param("COPY <<E /a\nb\nE", "COPY <<F /a\nb\nF", id="file of a here-document"),
        pytest.param("COPY a b /c/", 'COPY ["a b", "/c/"]', id="two sources or one"),
        pytest.param("COPY a /c", "COPY a /c/", id="destination"),
        pytest.param("COPY a /c", "ADD a /c", id="keyword"),
        pytest.param("COPY --chmod=1 a /c", "COPY --chmod=2 a /c", id="value of a flag"),
        pytest.param("COPY a /c\nCOPY b /d", "COPY b /d\nCOPY a /c", id="order"),
        pytest.param("ENV A=1 B=2\nRUN a", "ENV B=2 A=1\nRUN a", id="order of ENV"),
        pytest.param("ARG A=1\nRUN a", "ARG A=2\nRUN a", id="value of an ARG"),
        pytest.param("ENV A=1\nRUN a", "ARG A=1\nENV B=1\nRUN a", id="another variable"),
        pytest.param("USER a\nRUN a", "USER b\nRUN a", id="user"),
        pytest.param("WORKDIR /a", "WORKDIR /b", id="directory"),
    ],
)
def test_what_changes_the_files_changes_both_digests(make_keys: MakeKeys, before: str, after: str) -> None:
    one, two = (make_keys(f"FROM alpine\n{line}\n")["stage-0"] for line in (before, after))
    assert one.digest != two.digest
    assert one.files != two.files


@pytest.mark.parametrize(
    "line",
    [
        "LABEL a=b",
        "CMD a",
        'ENTRYPOINT ["a"]',
        "EXPOSE 80",
        "VOLUME /a",
        "STOPSIGNAL 9",
        "HEALTHCHECK CMD a",
        "HEALTHCHECK --interval=5s CMD a",
        "MAINTAINER me",
        "ONBUILD RUN a",
        "ENV A=1",
        "ARG A=1",
        "USER a",
        'SHELL ["a"]',
    ],
)
def test_what_no_later_command_sees_changes_the_image_and_not_its_files(
    make_keys: MakeKeys, line: str
) -> None:
    without, last = (make_keys(f"FROM alpine\nRUN a\n{more}")["stage-0"] for more in ("", line))
    assert without.digest != last.digest
    assert without.files == last.files


def test_settings_of_a_base_change_the_image_of_its_child_and_not_its_files(make_keys: MakeKeys) -> None:
    keys = [
        make_keys(f"FROM alpine AS a\nRUN a\n{line}FROM a AS b\nRUN b\nFROM alpine AS c\nCOPY --from=b / /\n")
        for line in ("", "LABEL a=b\n", "ENV A=1\n")
    ]
    assert [key["c"].unkeyed for key in keys] == [None] * 3
    # a command of the child sees the ENV, and no LABEL
    assert [key["c"].digest == keys[0]["c"].digest for key in keys] == [True, True, False]


def test_a_child_sees_the_settings_of_its_base_in_its_own_image(make_keys: MakeKeys) -> None:
    digests = {
        make_keys(f"FROM alpine AS a\nRUN a\n{line}FROM a AS b\nRUN b\n")["b"].digest
        for line in ("", "LABEL a=b\n", "ENV A=1\n")
    }
    assert len(digests) == 3


def test_a_child_that_only_copies_takes_no_notice_of_its_bases_variables(make_keys: MakeKeys) -> None:
    one, two = (
        make_keys(f"FROM alpine AS a\nRUN a\n{line}FROM a AS b\nCOPY x /\n") for line in ("", "ENV A=1\n")
    )
    assert one["b"].files == two["b"].files
    assert one["b"].digest != two["b"].digest


def test_a_child_that_adds_nothing_has_the_files_of_its_base(make_keys: MakeKeys) -> None:
    keys = make_keys("FROM alpine AS a\nRUN a\nFROM a AS b\nCMD b\n")
    assert keys["a"].files == keys["b"].files
    assert keys["a"].digest != keys["b"].digest


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        pytest.param(
            f"FROM alpine\nADD {URL} /",
            {},
            f"ADD takes '{URL}' without --checksum, so it can change",
            id="download",
        ),
        pytest.param(
            f"FROM alpine\nADD {GIT}#main /",
            {},
            f"ADD takes '{GIT}#main', which can move; name a whole commit after '#'",
            id="branch",
        ),
        pytest.param(
            "# syntax=me/mine:1\nFROM alpine",
            {},
            "'me/mine:1' reads this Dockerfile, and what it makes of it is not known",
            id="foreign frontend",
        ),
        pytest.param(
            "FROM alpine",
            {"build_args": {"BUILDKIT_SYNTAX": "Me/mine"}},
            "'Me/mine' reads this Dockerfile, and what it makes of it is not known",
            id="frontend by argument",
        ),
        pytest.param(
            "FROM alpine",
            {"images": {}},
            "the digest of 'docker.io/library/alpine:latest' is not known: nobody was asked",
            id="no digest",
        ),
        pytest.param(
            "FROM alpine",
            {"inspected": False},
            "'docker.io/library/alpine:latest' may have ONBUILD triggers, and cannot be inspected: "
            "nobody was asked",
            id="not inspected",
        ),
        pytest.param(
            "FROM alpine",
            {"build_contexts": {"alpine": "./folder"}},
            "the named context './folder' has no digest",
            id="base that is a folder",
        ),
        pytest.param(
            "FROM alpine\nRUN --mount=from=busybox,target=/a b",
            {"images": {"docker.io/library/alpine:latest": "sha256:1"}},
            "the digest of 'docker.io/library/busybox:latest' is not known: nobody was asked",
            id="image of a mount",
        ),
    ],
)
def test_what_cannot_be_known_before_leaves_no_key(
    make_keys: MakeKeys, text: str, options: dict[str, Any], reason: str
) -> None:
    key = make_keys(text, **options)["stage-0"]
    assert (key.digest, key.files, key.state, key.unkeyed) == (None, None, None, reason)


def test_a_context_that_is_no_folder_leaves_no_key(make_keys: MakeKeys) -> None:
    key = make_keys("FROM scratch\nCOPY a /\n", readable=False)["stage-0"]
    assert key.unkeyed == "the build context is no folder here, so its files are not known"


def test_what_needs_a_stage_without_key_has_none(make_keys: MakeKeys) -> None:
    keys = make_keys(
        f"FROM alpine AS a\nADD {URL} /\nFROM a AS b\nFROM alpine AS c\nCOPY --from=b / /\n"
        "FROM alpine AS d\nRUN --mount=type=tmpfs,from=a,target=/t x\nCOPY --from=c / /\n"
    )
    assert keys["b"].unkeyed == "it starts from 'a', which has no key"
    assert keys["c"].unkeyed == "it takes from 'b', which has no key"
    assert keys["d"].unkeyed == "it takes from 'c', which has no key"


@pytest.mark.parametrize(
    "text",
    [
        f"FROM alpine\nADD --checksum={CHECKSUM} {URL} /",
        f"FROM alpine\nADD {GIT}#{COMMIT} /",
        f"FROM alpine\nADD {GIT}#{COMMIT}:sub /",
        "# syntax=docker/dockerfile:1.7\nFROM alpine",
        "FROM alpine\nRUN --mount=type=secret,id=a --mount=type=ssh b",
        "FROM alpine\nRUN --network=host a",
        f"FROM alpine@{CHECKSUM}",
        "FROM scratch\nCOPY a /",
    ],
)
def test_what_is_fixed_has_a_key(make_keys: MakeKeys, text: str) -> None:
    assert make_keys(text)["stage-0"].unkeyed is None


def test_a_digest_in_the_name_needs_no_asking(make_keys: MakeKeys) -> None:
    assert make_keys(f"FROM alpine:3@{CHECKSUM}", images={})["stage-0"].inputs[1] == KeyInput(
        kind="base-image", name=f"docker.io/library/alpine:3@{CHECKSUM}", value=CHECKSUM
    )


def test_triggers_of_the_base_image_count(make_keys: MakeKeys) -> None:
    key = make_keys("FROM alpine\nRUN a\n", onbuild=("COPY b /",))["stage-0"]
    names = [item.name for item in key.inputs]
    assert names == ["platform", "docker.io/library/alpine:latest", "COPY", "b", "RUN"]


def test_a_trigger_may_copy_from_the_stage_that_it_fires_in(make_keys: MakeKeys) -> None:
    key = make_keys("FROM alpine AS a\nONBUILD COPY --from=b /x /y\nFROM a AS b\n")["b"]
    assert ("copied-stage", "b", "itself") in rows(key)


def test_only_what_the_targets_need_is_read(make_keys: MakeKeys) -> None:
    keys = make_keys("FROM alpine AS a\nCOPY gone /\nFROM alpine AS b\n")
    assert keys["a"].unkeyed == "no target needs it"
    assert keys["a"].inputs == ()
    assert keys["b"].unkeyed is None


def test_named_contexts_stand_in_for_stages_and_images(make_keys: MakeKeys) -> None:
    text = "FROM alpine AS a\nRUN a\nFROM alpine AS b\nCOPY --from=a /x /\nCOPY --from=c /y /\n"
    image = f"docker-image://busybox@{CHECKSUM}"
    keys = make_keys(text, build_contexts={"a": image, "c": "folder"})
    assert rows(keys["a"]) == [
        ("platform", "platform", "linux/amd64"),
        ("base-image", f"docker.io/library/busybox@{CHECKSUM}", CHECKSUM),
    ]
    assert rows(keys["b"])[-1] == ("files", "/y", "digest of /y in folder")
    layout = make_keys(text, build_contexts={"c": f"oci-layout://x@{CHECKSUM}"})
    assert rows(layout["b"])[-1] == ("copied-image", f"oci-layout://x@{CHECKSUM}", CHECKSUM)
    empty = make_keys(text, build_contexts={"c": "docker-image://scratch"})
    assert rows(empty["b"])[-1] == ("copied-image", "scratch", "nothing")


def test_other_platforms_have_other_keys(make_keys: MakeKeys) -> None:
    text = "FROM --platform=linux/arm64 alpine\nCOPY --from=busybox /a /\n"
    # the stage is for one platform; the image that it copies from is taken for the one that is built for
    digests = {make_keys(text, platform=name)["stage-0"].digest for name in ("linux/386", "linux/arm64")}
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("args", "changed"),
    [
        pytest.param({"HTTP_PROXY": "p", "NOBODY": "x", "BUILDKIT_INLINE_CACHE": "1"}, "", id="none"),
        pytest.param({"SOURCE_DATE_EPOCH": "1"}, "digest files", id="time"),
        pytest.param({"BUILDKIT_SANDBOX_HOSTNAME": "h"}, "digest files", id="host name"),
        pytest.param({"BUILDKIT_CACHE_MOUNT_NS": "n"}, "digest files", id="caches"),
    ],
)
def test_arguments_that_steer_the_builder(make_keys: MakeKeys, args: dict[str, str], changed: str) -> None:
    text = "FROM alpine\nWORKDIR /a\nRUN --mount=type=cache,target=/c b\n"
    without, given = make_keys(text)["stage-0"], make_keys(text, build_args=args)["stage-0"]
    differing = [name for name in ("digest", "files") if getattr(without, name) != getattr(given, name)]
    assert " ".join(differing) == changed


def test_an_artifact_has_a_key_of_its_stages_files_and_its_paths(make_keys: MakeKeys) -> None:
    one, two = (make_keys(f"FROM alpine\nRUN a\n{line}")["stage-0"] for line in ("", "CMD b"))
    assert artifact_key(one, ["/a", "/b", "/a"]) == artifact_key(two, ["/b", "/a"])
    different = {artifact_key(one, paths) for paths in ([], ["/a"], ["/a", "/b"], ["/a/b"], ["/a\0/b"])}
    assert len(different) == 5
    assert one.files not in different


def test_a_key_does_not_change_with_a_new_release_by_mistake(make_keys: MakeKeys) -> None:
    key = make_keys("FROM alpine AS a\nRUN make\nLABEL a=b\n")["a"]
    assert key.digest == "4d8fde9a9c801c58e786d415a3bf278136f97018b40a2c857a7077feedafdf1b"
    assert key.state == "0678414e7b906e738a5983b9a8620de7087669a194fa4ce084cb5218358c83f9"
    assert key.files == "17e96658904928a1c43f67c2b577e28d20eb95fb5ed6ab8fc897cd388efc0b98"
