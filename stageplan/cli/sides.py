"""From what the user names to what is compared: files, revisions, plans, the working tree."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stageplan.cli.keys import read_lock
from stageplan.cli.request import Request, build_options
from stageplan.context.files import Reading
from stageplan.context.ignore import DEFAULT_NAME, OWN_SUFFIX, IgnoreFile, choose_ignore_file
from stageplan.context.reader import ContextReader
from stageplan.context.view import ContextView
from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import DockerfileError, UsageError
from stageplan.graph import BuildOptions, ImageConfig, StageGraph, build_graph
from stageplan.keys.lock import LOCK_NAME, LockedImage, decode_lock
from stageplan.review.diff.side import FilesOf, Side
from stageplan.system.files import read_bytes
from stageplan.system.git import Git
from stageplan.system.git_files import GitFiles, disk_content, files_at, work_files
from stageplan.system.process import Processes
from stageplan.system.tree import open_context, read_ignore_file

WORKING_TREE = "working tree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a side is built for.

    Attributes:
        options: of the build, without a target.
        targets: names of the stages to publish; none: the last.
        checks: names of the stages that are only run for their result.
    """

    options: BuildOptions
    targets: tuple[str, ...]
    checks: tuple[str, ...]


def asked_of(request: Request, *, platform: str | None = None) -> Asked:
    """What a command line asks of a side.

    Args:
        platform: the one to build for, where the user names none; None for one that is the same on every
            machine, so that a comparison is, too.

    Raises:
        UsageError: an option is not of its form.
    """
    return Asked(
        options=replace(build_options(request, platform=platform), target=None),
        targets=tuple(request.chosen("targets")),
        checks=tuple(request.chosen("checks")),
    )


def side_of_file(path: Path, context: Path, asked: Asked) -> Side:
    """A Dockerfile on disk, with a context on disk.

    Raises:
        UsageError: it cannot be read.
        DockerfileError: the build would refuse it.
    """
    dockerfile = read_dockerfile(read_bytes(path), str(path))
    return side(str(path), dockerfile, asked, disk_files(context, path), read_lock())


def side_of_revision(revision: str, request: Request, asked: Asked, *, name: str | None = None) -> Side:
    """What git has at a revision.

    Args:
        name: what the side is called, where not as the revision.

    Raises:
        UsageError: git does not know the revision (`no-such-revision`), or has no Dockerfile there.
        DockerfileError: the build would refuse it.
    """
    path = request.dockerfile
    git = Git(path.parent, Processes())
    commit = git.commit(revision)
    if commit is None:
        raise UsageError(
            "no-such-revision",
            f"'{revision}' is neither a file nor a revision that git knows",
            hint="name a Dockerfile, a plan, a branch, a tag or a commit; a shallow clone lacks older ones",
        )
    data = git.content(commit, path.name)
    if data is None:
        raise UsageError(
            "no-such-file",
            f"there is no file '{path}' at '{revision}'",
            hint="name the Dockerfile with --file as it is called there",
        )
    dockerfile = read_dockerfile(data, f"{revision}:{path}")
    context = Path(request.context)
    locked = Git(Path(), Processes()).content(commit, LOCK_NAME)
    lock = decode_lock(locked, path=f"{revision}:{LOCK_NAME}") if locked else {}
    return side(name or revision, dockerfile, asked, _files_at(commit, context, path), lock)


def side_of_working_tree(request: Request, asked: Asked) -> Side:
    """What lies in the work tree, without what git leaves out.

    Raises:
        UsageError: the Dockerfile cannot be read.
        DockerfileError: the build would refuse it.
    """
    path, context = request.dockerfile, Path(request.context)
    dockerfile = read_dockerfile(read_bytes(path), str(path))
    return side(WORKING_TREE, dockerfile, asked, _files_of_work_tree(context, path), read_lock())


def side(
    name: str, dockerfile: Dockerfile, asked: Asked, files_of: FilesOf, lock: Mapping[str, LockedImage]
) -> Side:
    """A side whose targets are those of the wanted ones that it has.

    Args:
        lock: what its lock file knows of images, by normalised reference.

    Raises:
        DockerfileError: the build would refuse the file.
    """
    names = {stage.name for stage in dockerfile.stages}
    targets = [target for target in asked.targets if target.lower() in names]
    options = replace(asked.options, target=targets[0] if targets else None)
    graph = build_graph(dockerfile, options)
    if known := _configs(graph, lock):
        graph = build_graph(dockerfile, options, known)
    return Side(
        name=name,
        graph=graph,
        targets=_indexes(graph, targets) or (graph.target,),
        checks=_indexes(graph, [check for check in asked.checks if check.lower() in names]),
        files_of=files_of,
        pinned={ref: image.digest for ref, image in lock.items()},
    )


def _configs(graph: StageGraph, lock: Mapping[str, LockedImage]) -> dict[tuple[str, str], ImageConfig]:
    """What pinned base images bring along, for the platforms that stages start from them for."""
    return {
        (stage.base_image, stage.effective_platform): lock[stage.base_image].config
        for stage in graph.stages
        if stage.base_image is not None and stage.base_image in lock
    }


def check_names(asked: Asked, sides: Iterable[Side]) -> None:
    """Nothing, where every stage that is asked for is on one side at least.

    Raises:
        UsageError: a stage is on neither.
    """
    graphs = [each.graph for each in sides]
    for name in (*asked.targets, *asked.checks):
        if not any(name.lower() == stage.name for graph in graphs for stage in graph.stages):
            graphs[-1].find(name)


def _indexes(graph: StageGraph, names: Iterable[str]) -> tuple[int, ...]:
    return tuple(graph.find(name).index for name in names)


def _nobody_knows(_: Reading) -> Mapping[str, str] | None:
    return None


def disk_files(context: Path, dockerfile: Path) -> FilesOf:
    """Says what a folder holds; of a context that is none, nobody knows."""
    if not context.is_dir():
        return _nobody_knows
    view = open_context(context, dockerfile)
    return _reading(ContextReader(view, disk_content(context), _hears_nothing))


def _files_at(commit: str, context: Path, dockerfile: Path) -> FilesOf:
    git = Git(context, Processes())
    files = files_at(git, commit) if context.is_dir() else None
    if files is None:
        return _nobody_knows
    beside = Git(dockerfile.parent, Processes())
    own = dockerfile.with_name(dockerfile.name + OWN_SUFFIX)
    ignore = choose_ignore_file(
        own_path=str(own),
        own_text=_text(beside.content(commit, own.name)),
        context_path=str(context / DEFAULT_NAME),
        context_text=_text(git.content(commit, DEFAULT_NAME)),
    )
    return _git_reading(files, ignore)


def _files_of_work_tree(context: Path, dockerfile: Path) -> FilesOf:
    files = work_files(Git(context, Processes()), context) if context.is_dir() else None
    if files is None:
        return disk_files(context, dockerfile)
    return _git_reading(files, read_ignore_file(context, dockerfile))


def _git_reading(files: GitFiles, ignore: IgnoreFile) -> FilesOf:
    return _reading(ContextReader(ContextView(files, ignore), files.content, _hears_nothing))


def _reading(reader: ContextReader) -> FilesOf:
    """Asks a reader; what an instruction would not find counts as not known."""
    entries: Callable[[Reading], dict[str, str]] = reader.entries

    def files_of(reading: Reading) -> Mapping[str, str] | None:
        try:
            return entries(reading)
        except DockerfileError:
            return None

    return files_of


def _hears_nothing(_: object) -> None:
    return


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "surrogateescape")
