"""Files of every shape: which of their stages are replaced, and what is built."""

from typing import Any

import pytest

from stageplan.plan.model import Build
from tests.plan.keyed.planned import BASE, Planned, steps_of

BASE_IMAGE = "image:base --target base | cache keyed__base, to inline | push image, keyed__base"
A = "FROM x AS a\nCOPY s s\nRUN a\n"
STAGE_A = "image:a --target a | cache keyed__a, to inline | push image, keyed__a"
FINAL = "cache keyed__f, to inline | push image, keyed__f"
F = "FROM y AS f\n"


@pytest.mark.parametrize(
    ("text", "present", "steps", "options"),
    [
        pytest.param(
            f"{A}{F}COPY --from=a /o/* /o/\n",
            (),
            [
                "image:a --target a | cache keyed__a, to inline | push image, keyed__a",
                "ahead:f --target ahead-f | cache keyed__f | cacheonly",
                (
                    "image:f --target f | a from image:a | cache keyed__f, to inline | after ahead:f | "
                    "push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="a wildcard needs the whole stage",
        ),
        pytest.param(
            f"{A}{F}RUN --mount=from=a,target=/m f\nCOPY --from=a /o /o\n",
            ("artifact:a",),
            [
                "image:a --target a | cache keyed__a, to inline | push image, keyed__a",
                "ahead:f --target ahead-f | cache keyed__f | cacheonly",
                (
                    "image:f --target f | a from image:a | cache keyed__f, to inline | after ahead:f | "
                    "push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="a mount needs the whole stage, which then serves the copy too",
        ),
        pytest.param(
            f"{A}FROM a AS b\nRUN b\n{F}COPY --from=a /o /o\nCOPY --from=b /p /p\n",
            ("image:a",),
            [
                "artifact:b --target artifact-b | a from sha256:image:a | cache image | push artifact",
                "ahead:f --target ahead-f | a from sha256:image:a | cache keyed__f | cacheonly",
                (
                    "image:f --target f | a from sha256:image:a | b from artifact:b | cache keyed__f, to "
                    "inline | after ahead:f | push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="a stage that is kept as a whole is copied from its image",
        ),
        pytest.param(
            f"{A}FROM a AS b\nRUN b\n{F}COPY --from=a /o /o\nCOPY --from=b /p /p\n",
            ("image:a", "artifact:b"),
            [
                (
                    "image:f --target f | a from sha256:image:a | b from sha256:artifact:b | cache keyed__f"
                    " | cacheonly"
                ),
            ],
            {"read_only": True},
            id="read-only, copied from its image",
        ),
        pytest.param(
            f"{A}FROM a AS t\nRUN t\n",
            (),
            [
                STAGE_A,
                "marker:t --target marker-t | a from image:a | push marker",
                "tags:a to image:a",
            ],
            {"targets": ("a",), "checks": ("t",)},
            id="a check of the target",
        ),
        pytest.param(
            f"{A}FROM a AS t\nRUN t\nFROM t AS f\nRUN f\n",
            ("image:a",),
            [
                (
                    "image:t --target t | a from sha256:image:a | cache keyed__t, to inline"
                    " | push image, keyed__t"
                ),
                f"image:f --target f | t from image:t | {FINAL}",
                "marker:t --target marker-t | t from image:t | push marker",
                "tags:f to image:f",
            ],
            {"checks": ("t",)},
            id="a check that another stage starts from",
        ),
        pytest.param(
            f"FROM x AS t\nRUN a\nCOPY s s\nRUN t\n{F}",
            (),
            [
                f"image:f --target f | {FINAL}",
                ("prefix:t --target prefix-t | cache keyed__t, to inline | push prefix, keyed__t"),
                "marker:t --target marker-t | cache prefix | after prefix:t | push marker",
                "tags:f to image:f",
            ],
            {"checks": ("t",)},
            id="the beginning of a check",
        ),
        pytest.param(
            f"FROM x AS t\nRUN a\nCOPY s s\nRUN t\n{F}",
            ("image:f",),
            ["marker:t --target t | cache keyed__t | cacheonly"],
            {"checks": ("t",), "read_only": True},
            id="the beginning of a check, read-only",
        ),
        pytest.param(
            f"{A}ADD https://e/x /x\n{F}COPY --from=a /x /x\n",
            (),
            [
                ("image:f --target f | cache f, to registry mode=max ignore-error=true | push image__f"),
                "tags:f to image:f",
            ],
            {},
            id="no key: BuildKit's cache",
        ),
        pytest.param(
            f"{A}FROM a AS b\nADD https://e/x /x\n{F}COPY --from=b /x /x\n",
            (),
            [
                STAGE_A,
                (
                    "image:f --target f | a from image:a"
                    " | cache f, to registry mode=max ignore-error=true | push image__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="no key, on a stage that has one",
        ),
        pytest.param(
            f"{A}FROM a AS b\nADD https://e/x /x\n{F}",
            ("image:f",),
            [
                STAGE_A,
                (
                    "marker:b --target b | a from image:a"
                    " | cache b, to registry mode=max ignore-error=true | cacheonly"
                ),
                "tags:f to sha256:image:f",
            ],
            {"checks": ("b",)},
            id="a check without a key",
        ),
        pytest.param(
            f"{A}ADD https://e/x /x\n{F}COPY --from=a /x /x\n",
            (),
            ["image:f --target f | cache f | cacheonly"],
            {"read_only": True},
            id="no key, read-only",
        ),
        pytest.param(
            f"{A}FROM a AS f\nRUN f\nFROM f AS debug\nRUN d\n",
            ("image:a",),
            [
                f"image:f --target f | a from sha256:image:a | {FINAL}",
                (
                    "image:debug --target debug | f from image:f | cache keyed__debug, to inline"
                    " | push image, keyed__debug"
                ),
                "tags:f to image:f",
                "tags:debug to image:debug",
            ],
            {"targets": ("f", "debug"), "image": "r.example.com/{target}"},
            id="two targets",
        ),
        pytest.param(
            "FROM x AS base\nRUN a\nFROM base AS one\nFROM base AS two\n",
            (),
            [
                BASE_IMAGE,
                (
                    "image:one --target one | base from image:base | cache keyed__one, to inline"
                    " | push image, keyed__one"
                ),
                "tags:one to image:one",
                "tags:two to image:one",
            ],
            {"targets": ("one", "two"), "image": "r.example.com/{target}"},
            id="two targets with one key",
        ),
        pytest.param(
            "FROM x AS a\nCOPY m .\nRUN get\nCOPY s .\nRUN a\n"
            f"FROM x AS b\nCOPY m .\nRUN get\nCOPY t .\nRUN b\n{F}COPY --from=a /o /a\nCOPY --from=b /o /b\n",
            (),
            [
                "prefix:a --target prefix-a | cache keyed__a, to inline | push prefix, keyed__a",
                "artifact:a --target artifact-a | cache prefix | after prefix:a | push artifact",
                "artifact:b --target artifact-b | cache prefix | after prefix:a | push artifact",
                "ahead:f --target ahead-f | cache keyed__f | cacheonly",
                (
                    "image:f --target f | a from artifact:a | b from artifact:b | cache keyed__f, to "
                    "inline | after ahead:f | push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="two stages that begin alike",
        ),
        pytest.param(
            f"FROM x\nCOPY s s\nRUN a\nFROM x AS b\nRUN b\n{F}COPY --from=0 /a /a\nCOPY --from=1 /b /b\n",
            (),
            [
                "artifact:b --target artifact-b | push artifact",
                "ahead:f --target ahead-f | cache keyed__f | cacheonly",
                (
                    "image:f --target f | b from artifact:b | cache keyed__f, to inline | after ahead:f | "
                    "push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="by number; one without a name is built along",
        ),
        pytest.param(
            f"{A}FROM y\nCOPY --from=a /a /a\n",
            (),
            [
                "artifact:a --target artifact-a | push artifact",
                "ahead:1 --target ahead-1 | cache keyed__1 | cacheonly",
                (
                    "image:1 --target stage-1 | a from artifact:a | cache keyed__1, to inline | after "
                    "ahead:1 | push image, keyed__1"
                ),
                "tags:1 to image:1",
            ],
            {},
            id="a target without a name",
        ),
        pytest.param(
            "FROM x AS Tools\nRUN a\nFROM y AS Final\nCOPY --from=TOOLS /a /a\n",
            (),
            [
                "artifact:tools --target artifact-tools | push artifact",
                "ahead:final --target ahead-final | cache keyed__final | cacheonly",
                (
                    "image:final --target final | tools from artifact:tools | cache keyed__final, to "
                    "inline | after ahead:final | push image, keyed__final"
                ),
                "tags:final to image:final",
            ],
            {"targets": ("FINAL",)},
            id="names of other case",
        ),
        pytest.param(
            f"FROM x AS a\nRUN a\nFROM a AS b\nRUN b\nFROM x AS a\nRUN c\n{F}COPY --from=b /b /b\n"
            "COPY --from=a /a /a\n",
            (),
            [
                "artifact:b --target artifact-b | push artifact",
                "ahead:f --target ahead-f | cache keyed__f | cacheonly",
                (
                    "image:f --target f | b from artifact:b | cache keyed__f, to inline | after ahead:f | "
                    "push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="a name twice: neither can be replaced",
        ),
        pytest.param(
            f"FROM node AS deps\nRUN a\nFROM node AS node\nRUN b\n{F}COPY --from=deps /a /a\n"
            "COPY --from=node /b /b\n",
            (),
            [
                "artifact:deps --target artifact-deps | push artifact",
                "ahead:f --target ahead-f | cache keyed__f | cacheonly",
                (
                    "image:f --target f | deps from artifact:deps | cache keyed__f, to inline | after "
                    "ahead:f | push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="a stage with the name of an image that another starts from cannot be replaced",
        ),
        pytest.param(
            f"FROM node AS node\nRUN b\n{F}COPY --from=node /b /b\n",
            (),
            [
                "artifact:node --target artifact-node | push artifact",
                "ahead:f --target ahead-f | cache keyed__f | cacheonly",
                (
                    "image:f --target f | node from artifact:node | cache keyed__f, to inline | after "
                    "ahead:f | push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="one with the name of its own base can",
        ),
        pytest.param(
            f"{A}FROM scratch AS p\nONBUILD COPY --from=a /t /t\nFROM p AS c\nRUN c\n"
            f"{F}COPY --from=c /c /c\n",
            (),
            [
                "artifact:a --target artifact-a | push artifact",
                "artifact:c --target artifact-c | a from artifact:a | push artifact",
                "ahead:f --target ahead-f | cache keyed__f | cacheonly",
                (
                    "image:f --target f | c from artifact:c | cache keyed__f, to inline | after ahead:f | "
                    "push image, keyed__f"
                ),
                "tags:f to image:f",
            ],
            {},
            id="ONBUILD copies from a stage",
        ),
        pytest.param(
            "FROM --platform=$BUILDPLATFORM x AS a\nRUN a\nFROM y AS f\nCOPY --from=a /a /a\n",
            (),
            [
                "artifact:a --target artifact-a | push artifact",
                "ahead:f --target ahead-f | cache keyed__f__linux-arm64 | cacheonly",
                (
                    "image:f --target f | a from artifact:a | cache keyed__f__linux-arm64, to inline | "
                    "after ahead:f | push image, keyed__f__linux-arm64"
                ),
                "tags:f to image:f",
            ],
            {"platform": "linux/arm64"},
            id="another platform",
        ),
        pytest.param(
            f"{A}{F}COPY --from=a /a /a\n",
            (),
            [f"image:f --target f | {FINAL}", "tags:f to image:f"],
            {"split": "targets"},
            id="nothing but targets is split off",
        ),
    ],
)
def test_steps(text: str, present: tuple[str, ...], steps: list[str], options: dict[str, Any]) -> None:
    assert steps_of(Planned(text, **options).plan(*present)) == steps


def test_base_images_are_given_by_digest() -> None:
    text = f"FROM x AS a\nCOPY --from=z /z /z\nRUN a\n{F}COPY --from=a /a /a\n"
    given = {
        step.id: {item.name: f"{item.repository} {item.digest or item.build}" for item in step.inputs}
        for step in Planned(text).plan().steps
        if isinstance(step, Build)
    }
    library = "docker.io/library"
    assert given == {
        "artifact:a": {
            f"{library}/x:latest": f"{library}/x {BASE}",
            f"{library}/z:latest": f"{library}/z {BASE}",
        },
        "ahead:f": {f"{library}/y:latest": f"{library}/y {BASE}"},
        "image:f": {
            "a": "{cache_image} artifact:a",
            f"{library}/y:latest": f"{library}/y {BASE}",
        },
    }
