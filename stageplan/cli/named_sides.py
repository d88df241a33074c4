"""What OLD and NEW of `stageplan diff` name."""

from pathlib import Path

from stageplan.cli.plan_sides import side_of_plan
from stageplan.cli.planning import is_plan_file
from stageplan.cli.request import Request
from stageplan.cli.sides import Asked, side_of_file, side_of_revision, side_of_working_tree
from stageplan.errors import UsageError
from stageplan.review.diff.side import Side
from stageplan.system.git import Git
from stageplan.system.process import Processes


def named_sides(
    old: str, new: str, request: Request, asked: Asked, *, context: Path | None
) -> tuple[Side, Side]:
    """The two sides.

    Args:
        old: a Dockerfile, a folder, a plan, a revision, two revisions with dots between; "" for where the
            branch left the default branch.
        new: the same; "" for the working tree.
        context: the build context, where the user names one.

    Raises:
        UsageError: a side is not there.
        DockerfileError: the build would refuse one.
    """
    git = Git(request.dockerfile.parent, Processes())
    if not old:
        revision, name = _branch_point(git)
        return side_of_revision(revision, request, asked, name=name), side_of_working_tree(request, asked)
    if not new and ".." in old and not Path(old).exists():
        first, last, start = _range(git, old)
        return side_of_revision(start, request, asked, name=first), side_of_revision(last, request, asked)
    before = side_of_word(old, request, asked, context=context)
    after = (
        side_of_word(new, request, asked, context=context) if new else side_of_working_tree(request, asked)
    )
    return before, after


def side_of_word(word: str, request: Request, asked: Asked, *, context: Path | None) -> Side:
    """A plan, a Dockerfile, a folder with one, else a revision.

    Raises:
        UsageError: it is not there.
        DockerfileError: the build would refuse it.
    """
    path = Path(word)
    if path.is_dir():
        path /= "Dockerfile"
    if not path.is_file():
        return side_of_revision(word, request, asked)
    if is_plan_file(word):
        return side_of_plan(path)
    return side_of_file(path, context or path.parent, asked)


def _range(git: Git, words: str) -> tuple[str, str, str]:
    """The two revisions as they are named, and where the first side is taken from."""
    dots = "..." if "..." in words else ".."
    first, _, last = words.partition(dots)
    first, last = first or "HEAD", last or "HEAD"
    shared = git.merge_base(first, last) if dots == "..." else None
    return first, last, shared or first


def _branch_point(git: Git) -> tuple[str, str]:
    """Where the branch left the default branch, and what that is called.

    Raises:
        UsageError: git does not know (`no-base`).
    """
    default = git.default_branch()
    for branch in (*((f"origin/{default}", default) if default else ()), "main", "master"):
        commit = git.merge_base(branch)
        if commit:
            return commit, f"{branch} ({commit[:7]})"
    raise UsageError(
        "no-base",
        "git does not say which commit this branch left the default branch at",
        hint="name both sides, such as: stageplan diff main..HEAD",
    )
