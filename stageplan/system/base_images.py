"""What is known of the images that a build starts from: their digests and configurations."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from stageplan.dockerfile.references import parse_reference
from stageplan.errors import UnreachableError
from stageplan.keys.lock import LockedImage
from stageplan.stages.options import ImageConfig
from stageplan.system.image_configs import ImageConfigs
from stageplan.system.mirrors import Mirrors
from stageplan.system.registry import Registry
from stageplan.system.transport import CONNECTIONS

_OFFLINE = "nobody was asked, and stageplan.lock does not have it"
_MISSING = "its registry does not have it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A tag that does not name any more what it was pinned to."""

    ref: str
    pinned: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What is known of images, each by its normalised reference.

    Attributes:
        digests: of manifests or indexes.
        configs: of base images.
        problems: why a digest or a configuration is not known, as a sentence without a full stop.
        moved: the tags that have moved since they were pinned.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    configs: Mapping[str, ImageConfig] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What is known of one image."""

    digest: str | None = None
    config: ImageConfig | None = None
    problem: str | None = None
    moved: Moved | None = None


class BaseImages:
    """Asks registries about images, after a lock file and what was read before.

    Args:
        configs: configurations that were read before.
        lock: what is pinned, by normalised reference.
        registry: None: nobody is asked.
        mirrors: asked before Docker Hub.
    """

    def __init__(
        self,
        configs: ImageConfigs,
        *,
        lock: Mapping[str, LockedImage],
        registry: Registry | None,
        mirrors: Mirrors | None = None,
    ) -> None:
        self._configs = configs
        self._lock = lock
        self._registry = registry
        self._mirrors = mirrors or Mirrors()

    def facts(self, refs: Iterable[str], bases: Mapping[str, str]) -> ImageFacts:
        """What is known of images; all are asked for at once.

        Args:
            refs: the images, normalised; one that names its digest is not asked for it.
            bases: those of them that stages start from, and for which platform.
        """
        wanted = sorted(set(refs))
        with ThreadPoolExecutor(min(CONNECTIONS, len(wanted) or 1)) as pool:
            found = dict(
                zip(wanted, pool.map(lambda ref: self._find(ref, bases.get(ref)), wanted), strict=True)
            )
        return ImageFacts(
            digests={ref: item.digest for ref, item in found.items() if item.digest},
            configs={ref: item.config for ref, item in found.items() if item.config},
            problems={ref: item.problem for ref, item in found.items() if item.problem},
            moved=tuple(item.moved for item in found.values() if item.moved),
        )

    def config(self, ref: str, digest: str, platform: str) -> tuple[ImageConfig | None, str | None]:
        """What a base image brings along for a platform, or why that is not known.

        Args:
            ref: its name, normalised.
            digest: which image that is.
            platform: what the stage is built for.
        """
        kept = self._configs.kept(digest, platform)
        if kept is not None:
            return kept, None
        config, problem = self._read_config(ref, digest, platform)
        pinned = self._lock.get(ref)
        if config is None and pinned and pinned.digest == digest:
            return pinned.config, None
        return config, problem

    def _find(self, ref: str, platform: str | None) -> _Found:
        """Which image it is, and for a base what it holds."""
        fixed = parse_reference(ref).digest
        pinned = self._lock.get(ref)
        now, problem = (None, None) if fixed else self._ask_digest(ref)
        digest = fixed or (pinned.digest if pinned else now)
        if digest is None:
            return _Found(problem=problem)
        moved = Moved(ref=ref, pinned=digest, now=now) if now and now != digest else None
        if platform is None:
            return _Found(digest=digest, moved=moved)
        config, problem = self.config(ref, digest, platform)
        return _Found(digest=digest, config=config, problem=None if config else problem, moved=moved)

    def _ask_digest(self, ref: str) -> tuple[str | None, str | None]:
        """The digest that a tag names now, or why it is not known."""
        if self._registry is None:
            return None, _OFFLINE
        problem = _MISSING
        for place in self._mirrors.places(ref):
            try:
                digest = self._registry.exists(place)
            except UnreachableError as error:
                problem = error.message
                continue
            if digest:
                return digest, None
        return None, problem

    def _read_config(self, ref: str, digest: str, platform: str) -> tuple[ImageConfig | None, str | None]:
        """The configuration of an image as a registry has it, or why it is not known."""
        if self._registry is None:
            return None, _OFFLINE
        problem = f"there is none for {platform}"
        for place in self._mirrors.places(ref):
            try:
                config = self._configs.read(self._registry, parse_reference(place).name, digest, platform)
            except UnreachableError as error:
                problem = error.message
                continue
            if config:
                return config, None
        return None, problem
