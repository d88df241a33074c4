"""The variables that FROM lines see: what the builder gives, then the ARGs before the first FROM."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.platforms import Platform
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.variables import Expansion, ExpansionError, expand_with_names
from stageplan.source import Span

TARGETSTAGE = "TARGETSTAGE"
AUTOMATIC_NAMES = (
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    TARGETSTAGE,
)
"""The variables that the builder sets by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalScope:
    """What FROM lines see.

    Attributes:
        variables: the names that have a value.
        from_target: the names whose value is made from the name of the target.
        escape: the file's escape token.
    """

    variables: Mapping[str, str]
    from_target: frozenset[str]
    escape: str

    def expand(self, word: str, place: Callable[[], Span]) -> Expansion:
        """The word with its variables replaced.

        Args:
            word: what to expand.
            place: where it stands, for errors.

        Raises:
            DockerfileError: the word cannot be expanded.
        """
        return _expand(word, self.variables, self.escape, place)


def global_scope(
    dockerfile: Dockerfile, build_args: Mapping[str, str], target: str, build: Platform, wanted: Platform
) -> GlobalScope:
    """The scope after all ARGs before the first FROM.

    Args:
        dockerfile: whose ARGs count.
        build_args: values of `--build-arg`; one that no ARG declares is only seen where it names an automatic
            variable.
        target: what TARGETSTAGE says.
        build: the platform of the builder.
        wanted: the platform to build for.

    Raises:
        DockerfileError: a default cannot be expanded.
    """
    automatic = _automatic(target, build, wanted)
    variables = {name: build_args.get(name, value) for name, value in automatic.items()}
    from_target = set[str]() if TARGETSTAGE in build_args else {TARGETSTAGE}
    for instruction in dockerfile.global_args:
        for pair in instruction.pairs:
            if pair.name in build_args:
                variables[pair.name] = build_args[pair.name]
                from_target.discard(pair.name)
            elif pair.value is not None:
                place = partial(instruction.place_of, pair.value)
                default = _expand(pair.value, variables, dockerfile.escape, place)
                variables[pair.name] = default.text
                if default.used & from_target:
                    from_target.add(pair.name)
                else:
                    from_target.discard(pair.name)
    return GlobalScope(variables=variables, from_target=frozenset(from_target), escape=dockerfile.escape)


def _automatic(target: str, build: Platform, wanted: Platform) -> dict[str, str]:
    values = (
        build.format(),
        build.os,
        build.os_version,
        build.architecture,
        build.variant,
        wanted.format_all(),
        wanted.os,
        wanted.os_version,
        wanted.architecture,
        wanted.variant,
        target,
    )
    return dict(zip(AUTOMATIC_NAMES, values, strict=True))


def _expand(word: str, variables: Mapping[str, str], escape: str, place: Callable[[], Span]) -> Expansion:
    try:
        return expand_with_names(word, variables, escape=escape)
    except ExpansionError as error:
        hint = "give the argument a value, or correct the `${...}`"
        raise UnlocatedError("expansion", str(error), hint=hint).located(place()) from None
