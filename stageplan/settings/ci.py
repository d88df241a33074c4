"""Which branch, tag or pull request a CI job builds, read from the variables of its CI system."""

from dataclasses import dataclass

from stageplan.settings.ci_readers import Env, Event, text_at
from stageplan.settings.ci_systems import SYSTEMS


@dataclass(frozen=True, slots=True, kw_only=True)
class CiFacts:
    """What a CI system tells of its job; each None where it does not tell.

    Attributes:
        system: its name; None outside CI.
        branch: what is built; in a pull request the branch that asks to be merged. None for a tag.
        tag: the tag that is built.
        default_branch: of the repository.
        target_branch: where a pull request wants to go.
        pull_request: whether the job belongs to one.
        untrusted: whether somebody who may not write to the repository may have decided what is
            built, so that nothing may be stored that a trusted build imports.
        image: the repository that the system offers for the project's images.
        sha: the commit.
    """

    system: str | None = None
    branch: str | None = None
    tag: str | None = None
    default_branch: str | None = None
    target_branch: str | None = None
    pull_request: bool = False
    untrusted: bool = False
    image: str | None = None
    sha: str | None = None


def read_ci(env: Env, event: Event | None = None) -> CiFacts:
    """The facts of the job whose variables these are.

    Args:
        env: the environment.
        event: what the file named by GITHUB_EVENT_PATH holds; None where there is none.
    """
    system = next((row for row in SYSTEMS if row.runs(env)), None)
    if system is None:
        return CiFacts()
    payload = event or {}
    tag = system.tag(env)
    pull_request = system.pull_request(env, payload)
    return CiFacts(
        system=system.name,
        branch=None if tag else system.branch(env),
        tag=tag,
        default_branch=system.default_branch(env) or text_at(payload, "repository", "default_branch"),
        target_branch=system.target_branch(env) if pull_request else None,
        pull_request=pull_request,
        untrusted=system.untrusted(env, payload),
        image=system.image(env),
        sha=system.sha(env),
    )
