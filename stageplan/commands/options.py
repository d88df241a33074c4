"""The options that `docker build` and `docker buildx build` write alike."""

import msgspec

from stageplan.commands.values import DERIVED
from stageplan.commands.words import Value, Word, word, words
from stageplan.plan.model import Build, Inputs


def input_words(inputs: Inputs, build: Build) -> tuple[Word, ...]:
    """Dockerfile, platform, target and build arguments; those of the build come after the user's."""
    found = [word("--file=", inputs.dockerfile if inputs.derived is None else Value(DERIVED))]
    platform = inputs.platform if build.platform is msgspec.UNSET else build.platform
    if platform is not None:
        found += words(f"--platform={platform}")
    if build.target is not None:
        found += words(f"--target={build.target}")
    for arg in (*inputs.build_args, *build.build_args):
        found.append(word(f"--build-arg={arg.name}" + ("" if arg.value is None else f"={arg.value}")))
    return tuple(found)
