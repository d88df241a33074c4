"""What changed in the keys of a request since a git revision, a published image or a plan file."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec import UNSET

from stageplan.cli.keys import Keyed, keys_of
from stageplan.cli.planning import is_plan_file
from stageplan.cli.request import Request, build_options
from stageplan.context.ignore import OWN_SUFFIX
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.dockerfile.references import InvalidReferenceError, Reference, parse_reference
from stageplan.errors import UsageError
from stageplan.keys.comparison import StageChange, compare
from stageplan.keys.lock import LOCK_NAME, LockedImage, decode_lock
from stageplan.keys.model import KeyInput
from stageplan.keys.record import RECORDS_TYPE, StageRecord, decode_records, record_tag, stage_records
from stageplan.plan.document import decode_plan
from stageplan.plan.planner import cache_image_of
from stageplan.review.key_changes import Side, changes_json, changes_text
from stageplan.system.base_images import BaseImages
from stageplan.system.context_digests import ContextDigests
from stageplan.system.files import read_bytes, write_atomically
from stageplan.system.git import Git
from stageplan.system.process import Processes
from stageplan.system.registry import Registry
from stageplan.system.user_cache import user_cache

ImagesOf = Callable[[Mapping[str, LockedImage]], BaseImages]
"""Says which images there are, by what is pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes of all stages, and what is known of both states.

    Attributes:
        against: what is compared with, as the user named it.
        stage: the name of the stage that is asked for.
        needed: the names of the stages that it needs, itself too.
        changes: by stage.
        old: the earlier state.
        new: the state now.
    """

    against: str
    stage: str
    needed: tuple[str, ...]
    changes: tuple[StageChange, ...]
    old: Side
    new: Side

    def text(self) -> str:
        """For a person."""
        return changes_text(self.changes, self.stage, self.against, self.needed, self.old, self.new)

    def document(self) -> dict[str, object]:
        """For a program."""
        return changes_json(self.changes, self.against, self.old, self.new)


@contextmanager
def changes_since(
    against: str,
    request: Request,
    keyed: Keyed,
    *,
    platform: str,
    images: ImagesOf,
    registry: Registry | None,
) -> Iterator[Changes]:
    """The changes since a git revision, an image or a plan, for as long as the context lasts.

    Args:
        against: a name of the commit, an image with its registry, or the path of a plan file.
        request: what the user asks.
        keyed: the keys now; the last target is the stage that is asked for.
        platform: the engine's own.
        images: says which images there are, by what is pinned.
        registry: None: no registry is asked.

    Raises:
        UsageError: there is no such revision (`no-such-revision`), it had no such Dockerfile, or of the plan
            or image no keys are known (`plan-without-keys`, `image-without-keys`).
        DockerfileError: the build would have refused the file as it was.
    """
    kept = _planned(Path(against)) if is_plan_file(against) else _kept(against, request, registry)
    if kept is not None:
        yield _changes(against, keyed, kept, Side(inputs={}))
        return
    with tempfile.TemporaryDirectory() as folder:
        old = _keys_at(against, Path(folder), request, keyed, platform=platform, images=images)
        yield _changes(against, keyed, stage_records(old.graph.stages, old.keys), _side(old))


def _planned(path: Path) -> tuple[StageRecord, ...]:
    """What a plan's keys were made of.

    Raises:
        UsageError: it is no plan, or holds no keys (`plan-without-keys`).
    """
    plan = decode_plan(read_bytes(path), path=str(path))
    if plan.keys is UNSET:
        raise UsageError(
            "plan-without-keys",
            f"'{path}' is a plan of the strategy '{plan.strategy}', which makes no keys",
            hint="compare with a git revision, or with a plan of the strategy 'keyed'",
        )
    return plan.keys


def _kept(against: str, request: Request, registry: Registry | None) -> tuple[StageRecord, ...] | None:
    """What the keys of a published image were made of; None for what names none, with its registry.

    Raises:
        UsageError: it is an image of which this is not known (`image-without-keys`).
        UnreachableError: the registry does not answer, or refuses.
    """
    image = _image(against)
    if image is None or registry is None or Git(Path(request.context), Processes()).knows(against):
        return None
    digest = registry.exists(against)
    repository = request.chosen("cache_image") or cache_image_of(request.chosen("image") or image.name)
    place = f"{repository}:{record_tag(digest or '')}"
    data = registry.file(place, RECORDS_TYPE) if digest else None
    if data is None:
        raise UsageError(
            "image-without-keys",
            f"'{repository}' does not know what '{against}' was made of"
            if digest
            else f"there is no image '{against}'",
            hint="name an image that `stageplan run --strategy keyed` published, a git revision or a plan",
        )
    return decode_records(data, place)


def _image(word: str) -> Reference | None:
    """The image that a word names with its registry; a word without one may be a branch."""
    try:
        reference = parse_reference(word)
    except InvalidReferenceError:
        return None
    return reference if word.startswith(f"{reference.domain}/") else None


def _keys_at(
    revision: str, folder: Path, request: Request, keyed: Keyed, *, platform: str, images: ImagesOf
) -> Keyed:
    """The keys as they were at a git revision, whose files are written into an empty folder."""
    git = Git(Path(request.context), Processes())
    if not git.export(revision, folder / "context"):
        raise UsageError(
            "no-such-revision",
            f"git knows no '{revision}' of '{request.context}'",
            hint="name a branch, a tag or a commit, an image with its registry, or a plan that ends in .json",
        )
    dockerfile = _write_dockerfile(git, revision, request, folder)
    lock = git.content(revision, os.path.relpath(LOCK_NAME, request.context))
    return keys_of(
        read_dockerfile(read_bytes(dockerfile), f"{revision}:{request.dockerfile}"),
        build_options(request, platform=platform),
        (*request.chosen("targets"), *request.chosen("checks")),
        images(_locked(lock, revision)),
        ContextDigests(str(folder / "context"), dockerfile, user_cache() / "files"),
        also=(_asked(keyed),),
        missing_ok=True,
    )


def _asked(keyed: Keyed) -> str:
    return keyed.graph.stages[keyed.targets[-1]].label


def _changes(against: str, keyed: Keyed, old: tuple[StageRecord, ...], side: Side) -> Changes:
    new = stage_records(keyed.graph.stages, keyed.keys)
    reached = keyed.graph.reached_from(keyed.targets[-1:])
    return Changes(
        against=against,
        stage=_asked(keyed),
        needed=tuple(keyed.graph.stages[index].label for index in sorted(reached)),
        changes=compare(old, new),
        old=side,
        new=_side(keyed),
    )


def _side(keyed: Keyed) -> Side:
    def paths_of(item: KeyInput) -> Mapping[str, str]:
        return keyed.contexts.entries(item.reading, None) if item.reading else {}

    inputs = {stage.label: key.inputs for stage, key in zip(keyed.graph.stages, keyed.keys, strict=True)}
    return Side(inputs=inputs, paths_of=paths_of)


def _write_dockerfile(git: Git, revision: str, request: Request, folder: Path) -> Path:
    """The Dockerfile as it was, with its own ignore file beside it.

    Raises:
        UsageError: there was none (`no-such-file`).
    """
    name = os.path.relpath(request.dockerfile, request.context)
    text = git.content(revision, name)
    if text is None:
        raise UsageError(
            "no-such-file",
            f"'{revision}' has no file '{request.dockerfile}'",
            hint="name a revision that has it, or another file with -f",
        )
    place = folder / "Dockerfile"
    write_atomically(place, text)
    ignore = git.content(revision, name + OWN_SUFFIX)
    if ignore is not None:
        write_atomically(folder / f"Dockerfile{OWN_SUFFIX}", ignore)
    return place


def _locked(data: bytes | None, revision: str) -> Mapping[str, LockedImage]:
    return decode_lock(data, path=f"{revision}:{LOCK_NAME}") if data else {}
