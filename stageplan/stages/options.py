"""What the user asks of a build, as far as it changes the graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """The options that decide which stages there are and what they need.

    Attributes:
        target: the stage to build, as typed; None for the last one.
        build_args: values of `--build-arg`, by name.
        build_contexts: values of `--build-context`, by name.
        platform: the platform to build for; None for the builder's own.
        build_platform: the builder's own platform.
    """

    target: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    build_contexts: Mapping[str, str] = field(default_factory=dict)
    platform: str | None = None
    build_platform: str = "linux/amd64"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """What the configuration of a base image adds to the stages that start from it.

    Attributes:
        environment: its variables.
        onbuild: its ONBUILD triggers, in order.
        working_directory: where its processes start; "" for the root.
        lowest_layer: the digest of its lowest layer, unpacked; "" where it has none, or that is not known.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    onbuild: tuple[str, ...] = ()
    working_directory: str = ""
    lowest_layer: str = ""


ImageConfigs = Mapping[tuple[str, str], ImageConfig]
"""What is known of images, by normalised reference and by the platform that is asked of them."""
