"""What a stage key is, and what has to be known to make one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from stageplan.context.files import Reading

InputKind = Literal[
    "platform",
    "base-image",
    "base-stage",
    "instruction",
    "argument",
    "steering",
    "environment",
    "user",
    "shell",
    "setting",
    "heredoc",
    "mount",
    "files",
    "copied-stage",
    "copied-image",
    "remote",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInput:
    """One thing that decides what a stage contains.

    Attributes:
        kind: what it is.
        name: what people call it: an instruction's keyword, a variable, an image, the paths that are read.
        value: what is compared: a text, or a digest. "" where it cannot be known.
        line: where it stands in the Dockerfile.
        unknown: why its value cannot be known before the build, as a sentence without a full stop, or None.
        reading: what it reads of the build context, where that is what it is.
    """

    kind: InputKind
    name: str
    value: str
    line: int | None = field(default=None, compare=False)
    unknown: str | None = None
    reading: Reading | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageKey:
    """The key of a stage; three digests, for a stage is used in three ways.

    Attributes:
        index: the stage's place in the file, from 0.
        digest: of all its inputs, 64 hexadecimal digits: two stages that share it are the same image. None
            where it has no key.
        state: of what a stage that starts from it sees: as `digest`, without labels, commands and other
            settings that no instruction reads.
        files: of what decides its files alone: what another stage copies or mounts.
        inputs: what it is made of, in the order of the file.
        unkeyed: why it has no key, as a sentence without a full stop; None where it has one.
    """

    index: int
    digest: str | None
    state: str | None
    files: str | None
    inputs: tuple[KeyInput, ...]
    unkeyed: str | None


class DigestFiles(Protocol):
    """Says what a build context holds."""

    def __call__(self, reading: Reading, context: str | None) -> str | None:
        """The digest of what an instruction reads; None where the context is no folder that can be read.

        Args:
            reading: what it reads.
            context: the value of the named context that it reads from; None for the build context.

        Raises:
            DockerfileError: it names what is not there.
            UsageError: a file cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What the file alone does not say.

    Attributes:
        images: the digest of each image that a reached stage names, by normalised reference; one that names
            its digest itself need not be there.
        inspected: the base images whose configuration the graph was made with: normalised reference and
            platform.
        image_problems: why the digest of an image is not known, by normalised reference.
        digest_of: says what a build context holds.
        platform: the platform that is built for.
        build_args: values of `--build-arg`, by name.
        build_contexts: values of `--build-context`, by name.
    """

    images: Mapping[str, str]
    inspected: frozenset[tuple[str, str]]
    digest_of: DigestFiles
    platform: str
    build_args: Mapping[str, str] = field(default_factory=dict)
    build_contexts: Mapping[str, str] = field(default_factory=dict)
    image_problems: Mapping[str, str] = field(default_factory=dict)
