"""Where each CI system says what: one row a system."""

from dataclasses import dataclass

from stageplan.settings.ci_readers import (
    Detector,
    Env,
    Event,
    Judge,
    Reader,
    branch_in,
    equals,
    first,
    from_elsewhere,
    has,
    is_set,
    same_repository,
    says,
    tag_in,
    text_at,
)


def _github_untrusted(env: Env, event: Event) -> bool:
    """Whether the event lets a stranger choose what is built.

    `pull_request_target`, `workflow_run` and comments run with the repository's own rights, and with
    its branch in GITHUB_REF, while they often build what a pull request brought. Whatever Dependabot
    starts, a push of its own branch too, has a token that may only read.
    """
    own = env.get("GITHUB_REPOSITORY")
    if env.get("GITHUB_ACTOR") == "dependabot[bot]":
        return True
    match env.get("GITHUB_EVENT_NAME"):
        case "pull_request" | "pull_request_target" | "pull_request_review" | "pull_request_review_comment":
            head = text_at(event, "pull_request", "head", "repo", "full_name")
            return not same_repository(head, own)
        case "workflow_run":
            return not same_repository(text_at(event, "workflow_run", "head_repository", "full_name"), own)
        case "issue_comment":
            return True
        case _:
            return False


def _jenkins_default(env: Env) -> str | None:
    """The branch itself, where a multibranch job calls it the primary one."""
    return env.get("BRANCH_NAME") if env.get("BRANCH_IS_PRIMARY") == "true" else None


def _jenkins_branch(env: Env) -> str | None:
    """The branch; GIT_BRANCH names it as the remote's."""
    remote = env.get("GIT_BRANCH", "").removeprefix("refs/remotes/").removeprefix("origin/")
    return first("CHANGE_BRANCH", "BRANCH_NAME")(env) or remote or None


_nothing: Reader = first()
_never: Judge = is_set()


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Where one CI system says what; a reader gives None and a judge False where it does not."""

    name: str
    runs: Detector
    branch: Reader = _nothing
    tag: Reader = _nothing
    default_branch: Reader = _nothing
    target_branch: Reader = _nothing
    pull_request: Judge = _never
    untrusted: Judge = _never
    image: Reader = _nothing
    sha: Reader = _nothing


_gitlab_request = is_set("CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID")

SYSTEMS = (
    System(
        name="GitHub Actions",
        runs=says("GITHUB_ACTIONS", "true"),
        branch=branch_in("GITHUB_HEAD_REF", "GITHUB_REF"),
        tag=tag_in("GITHUB_REF"),
        target_branch=first("GITHUB_BASE_REF"),
        pull_request=is_set("GITHUB_HEAD_REF"),
        untrusted=_github_untrusted,
        sha=first("GITHUB_SHA"),
    ),
    System(
        name="GitLab CI",
        runs=has("GITLAB_CI"),
        branch=first(
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
            "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
            "CI_COMMIT_BRANCH",
            "CI_COMMIT_REF_NAME",
        ),
        tag=first("CI_COMMIT_TAG"),
        default_branch=first("CI_DEFAULT_BRANCH"),
        target_branch=first(
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"
        ),
        pull_request=_gitlab_request,
        untrusted=lambda env, event: (
            from_elsewhere(
                is_set("CI_MERGE_REQUEST_IID"), "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "CI_PROJECT_PATH"
            )(env, event)
            or from_elsewhere(
                is_set("CI_EXTERNAL_PULL_REQUEST_IID"),
                "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY",
                "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY",
            )(env, event)
        ),
        image=first("CI_REGISTRY_IMAGE"),
        sha=first("CI_COMMIT_SHA"),
    ),
    System(
        name="Buildkite",
        runs=says("BUILDKITE", "true"),
        branch=first("BUILDKITE_BRANCH"),
        tag=first("BUILDKITE_TAG"),
        default_branch=first("BUILDKITE_PIPELINE_DEFAULT_BRANCH"),
        target_branch=first("BUILDKITE_PULL_REQUEST_BASE_BRANCH"),
        pull_request=is_set("BUILDKITE_PULL_REQUEST"),
        untrusted=from_elsewhere(
            is_set("BUILDKITE_PULL_REQUEST"), "BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO"
        ),
        sha=first("BUILDKITE_COMMIT"),
    ),
    System(
        name="CircleCI",
        runs=says("CIRCLECI", "true"),
        branch=first("CIRCLE_BRANCH"),
        tag=first("CIRCLE_TAG"),
        pull_request=is_set("CIRCLE_PULL_REQUEST", "CIRCLE_PR_NUMBER"),
        untrusted=is_set("CIRCLE_PR_NUMBER"),  # set for pull requests of forks alone
        sha=first("CIRCLE_SHA1"),
    ),
    System(
        name="Travis CI",
        runs=says("TRAVIS", "true"),
        # TRAVIS_BRANCH is where a pull request wants to go
        branch=first("TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH"),
        tag=first("TRAVIS_TAG"),
        target_branch=first("TRAVIS_BRANCH"),
        pull_request=is_set("TRAVIS_PULL_REQUEST"),
        untrusted=from_elsewhere(
            is_set("TRAVIS_PULL_REQUEST"), "TRAVIS_PULL_REQUEST_SLUG", "TRAVIS_REPO_SLUG"
        ),
        sha=first("TRAVIS_COMMIT"),
    ),
    System(
        name="Bitbucket Pipelines",
        runs=has("BITBUCKET_BUILD_NUMBER"),
        branch=first("BITBUCKET_BRANCH"),
        tag=first("BITBUCKET_TAG"),
        target_branch=first("BITBUCKET_PR_DESTINATION_BRANCH"),
        pull_request=is_set("BITBUCKET_PR_ID"),  # a fork's run in the fork, with its own rights
        sha=first("BITBUCKET_COMMIT"),
    ),
    System(
        name="Azure Pipelines",
        runs=says("TF_BUILD", "true"),
        # BUILD_SOURCEBRANCHNAME is only what follows the last slash
        branch=branch_in("SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"),
        tag=tag_in("BUILD_SOURCEBRANCH"),
        target_branch=branch_in("SYSTEM_PULLREQUEST_TARGETBRANCH"),
        pull_request=equals("BUILD_REASON", "PullRequest"),
        untrusted=lambda env, _: (
            env.get("BUILD_REASON") == "PullRequest"
            and env.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() != "false"
        ),
        sha=first("BUILD_SOURCEVERSION"),
    ),
    System(
        name="Woodpecker",
        runs=says("CI", "woodpecker"),
        branch=first("CI_COMMIT_SOURCE_BRANCH", "CI_COMMIT_BRANCH"),
        tag=first("CI_COMMIT_TAG"),
        default_branch=first("CI_REPO_DEFAULT_BRANCH"),
        target_branch=first("CI_COMMIT_TARGET_BRANCH"),
        pull_request=is_set("CI_COMMIT_PULL_REQUEST"),
        untrusted=is_set("CI_COMMIT_PULL_REQUEST"),  # nothing tells a fork's from the others
        sha=first("CI_COMMIT_SHA"),
    ),
    System(
        name="Drone",
        runs=says("DRONE", "true"),
        branch=first("DRONE_SOURCE_BRANCH", "DRONE_COMMIT_BRANCH", "DRONE_BRANCH"),
        tag=first("DRONE_TAG"),
        default_branch=first("DRONE_REPO_BRANCH"),
        target_branch=first("DRONE_TARGET_BRANCH"),
        pull_request=is_set("DRONE_PULL_REQUEST"),
        untrusted=is_set("DRONE_PULL_REQUEST"),  # nothing tells a fork's from the others
        sha=first("DRONE_COMMIT_SHA"),
    ),
    System(
        name="Jenkins",
        runs=has("JENKINS_URL"),
        branch=_jenkins_branch,
        tag=first("TAG_NAME"),
        default_branch=_jenkins_default,
        target_branch=first("CHANGE_TARGET"),
        pull_request=is_set("CHANGE_ID"),
        untrusted=is_set("CHANGE_FORK"),
        sha=first("GIT_COMMIT"),
    ),
    System(
        name="CI",
        runs=lambda env: env.get("CI", "").lower() not in {"", "false", "0"},
    ),
)
