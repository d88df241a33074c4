import pytest

from stageplan.settings.ci import CiFacts, read_ci

SHA = "0123456789abcdef0123456789abcdef01234567"
GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": SHA}
GITLAB = {"CI": "true", "GITLAB_CI": "true", "CI_PROJECT_PATH": "acme/shop", "CI_DEFAULT_BRANCH": "main"}
BUILDKITE = {"BUILDKITE": "true", "BUILDKITE_REPO": "git@example.org:acme/shop.git"}
TRAVIS = {"TRAVIS": "true", "TRAVIS_REPO_SLUG": "acme/shop", "TRAVIS_BRANCH": "main"}
AZURE = {"TF_BUILD": "True"}
JENKINS = {"JENKINS_URL": "https://ci.example.org/"}
REPOSITORY = {"full_name": "acme/shop", "default_branch": "main"}


def _head(repository: str | None) -> dict[str, object]:
    repo = {"full_name": repository} if repository else None
    return {"repository": REPOSITORY, "pull_request": {"head": {"repo": repo}}}


def _github(event: str, ref: str, **more: str) -> dict[str, str]:
    return {**GITHUB, "GITHUB_EVENT_NAME": event, "GITHUB_REF": ref, **more}


PULL = {"GITHUB_HEAD_REF": "feature/x", "GITHUB_BASE_REF": "main"}


@pytest.mark.parametrize(
    ("env", "event", "expected"),
    [
        pytest.param({}, None, CiFacts(), id="no CI"),
        pytest.param({"CI": "false"}, None, CiFacts(), id="CI says no"),
        pytest.param({"CI": "1"}, None, CiFacts(system="CI"), id="unknown CI"),
        pytest.param(
            _github("push", "refs/heads/feature/x"),
            {"repository": REPOSITORY},
            CiFacts(system="GitHub Actions", branch="feature/x", default_branch="main", sha=SHA),
            id="GitHub push",
        ),
        pytest.param(
            _github("push", "refs/tags/v1.2"),
            {"repository": REPOSITORY},
            CiFacts(system="GitHub Actions", tag="v1.2", default_branch="main", sha=SHA),
            id="GitHub tag",
        ),
        pytest.param(
            _github("pull_request", "refs/pull/7/merge", **PULL),
            _head("acme/shop"),
            CiFacts(
                system="GitHub Actions",
                branch="feature/x",
                default_branch="main",
                target_branch="main",
                pull_request=True,
                sha=SHA,
            ),
            id="GitHub pull request of the repository",
        ),
        pytest.param(
            _github("pull_request", "refs/pull/7/merge", **PULL),
            _head("mallory/shop"),
            CiFacts(
                system="GitHub Actions",
                branch="feature/x",
                default_branch="main",
                target_branch="main",
                pull_request=True,
                untrusted=True,
                sha=SHA,
            ),
            id="GitHub pull request of a fork",
        ),
        pytest.param(
            {
                **GITLAB,
                "CI_COMMIT_REF_NAME": "feature/x",
                "CI_COMMIT_BRANCH": "feature/x",
                "CI_REGISTRY_IMAGE": "registry.example.org/acme/shop",
                "CI_COMMIT_SHA": SHA,
            },
            None,
            CiFacts(
                system="GitLab CI",
                branch="feature/x",
                default_branch="main",
                image="registry.example.org/acme/shop",
                sha=SHA,
            ),
            id="GitLab branch",
        ),
        pytest.param(
            {**GITLAB, "CI_COMMIT_REF_NAME": "v1", "CI_COMMIT_TAG": "v1"},
            None,
            CiFacts(system="GitLab CI", tag="v1", default_branch="main"),
            id="GitLab tag",
        ),
        pytest.param(
            {
                **GITLAB,
                "CI_COMMIT_REF_NAME": "feature/x",
                "CI_MERGE_REQUEST_IID": "7",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/x",
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "acme/shop",
            },
            None,
            CiFacts(
                system="GitLab CI",
                branch="feature/x",
                default_branch="main",
                target_branch="release",
                pull_request=True,
            ),
            id="GitLab merge request",
        ),
        pytest.param(
            {
                **GITLAB,
                "CI_MERGE_REQUEST_IID": "7",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "main",
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "mallory/shop",
            },
            None,
            CiFacts(
                system="GitLab CI",
                branch="main",
                default_branch="main",
                target_branch="main",
                pull_request=True,
                untrusted=True,
            ),
            id="GitLab merge request of a fork, run by the parent project",
        ),
        pytest.param(
            {
                **GITLAB,
                "CI_EXTERNAL_PULL_REQUEST_IID": "7",
                "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME": "x",
                "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main",
                "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "acme/shop",
                "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "acme/shop",
            },
            None,
            CiFacts(
                system="GitLab CI",
                branch="x",
                default_branch="main",
                target_branch="main",
                pull_request=True,
            ),
            id="GitLab external pull request",
        ),
        pytest.param(
            {
                **BUILDKITE,
                "BUILDKITE_BRANCH": "x",
                "BUILDKITE_PULL_REQUEST": "false",
                "BUILDKITE_PULL_REQUEST_REPO": "",
                "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
                "BUILDKITE_COMMIT": SHA,
            },
            None,
            CiFacts(system="Buildkite", branch="x", default_branch="main", sha=SHA),
            id="Buildkite branch",
        ),
        pytest.param(
            {
                **BUILDKITE,
                "BUILDKITE_BRANCH": "x",
                "BUILDKITE_PULL_REQUEST": "7",
                "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
                "BUILDKITE_PULL_REQUEST_REPO": "https://example.org/Acme/shop.git",
            },
            None,
            CiFacts(system="Buildkite", branch="x", target_branch="main", pull_request=True),
            id="Buildkite pull request, another notation of the same repository",
        ),
        pytest.param(
            {
                **BUILDKITE,
                "BUILDKITE_BRANCH": "mallory:x",
                "BUILDKITE_PULL_REQUEST": "7",
                "BUILDKITE_PULL_REQUEST_REPO": "https://example.org/mallory/shop.git",
            },
            None,
            CiFacts(system="Buildkite", branch="mallory:x", pull_request=True, untrusted=True),
            id="Buildkite pull request of a fork",
        ),
        pytest.param(
            {**BUILDKITE, "BUILDKITE_BRANCH": "v1", "BUILDKITE_TAG": "v1"},
            None,
            CiFacts(system="Buildkite", tag="v1"),
            id="Buildkite tag, which it calls a branch too",
        ),
        pytest.param(
            {"CIRCLECI": "true", "CIRCLE_BRANCH": "x", "CIRCLE_SHA1": SHA},
            None,
            CiFacts(system="CircleCI", branch="x", sha=SHA),
            id="CircleCI branch",
        ),
        pytest.param(
            {"CIRCLECI": "true", "CIRCLE_BRANCH": "x", "CIRCLE_PULL_REQUEST": "https://example.org/7"},
            None,
            CiFacts(system="CircleCI", branch="x", pull_request=True),
            id="CircleCI pull request",
        ),
        pytest.param(
            {"CIRCLECI": "true", "CIRCLE_BRANCH": "pull/7", "CIRCLE_PR_NUMBER": "7"},
            None,
            CiFacts(system="CircleCI", branch="pull/7", pull_request=True, untrusted=True),
            id="CircleCI pull request of a fork",
        ),
        pytest.param(
            {**TRAVIS, "TRAVIS_PULL_REQUEST": "false", "TRAVIS_COMMIT": SHA},
            None,
            CiFacts(system="Travis CI", branch="main", sha=SHA),
            id="Travis branch",
        ),
        pytest.param(
            {
                **TRAVIS,
                "TRAVIS_PULL_REQUEST": "7",
                "TRAVIS_PULL_REQUEST_BRANCH": "x",
                "TRAVIS_PULL_REQUEST_SLUG": "mallory/shop",
            },
            None,
            CiFacts(system="Travis CI", branch="x", target_branch="main", pull_request=True, untrusted=True),
            id="Travis pull request of a fork",
        ),
        pytest.param(
            {
                "BITBUCKET_BUILD_NUMBER": "7",
                "BITBUCKET_BRANCH": "x",
                "BITBUCKET_PR_ID": "1",
                "BITBUCKET_PR_DESTINATION_BRANCH": "main",
                "BITBUCKET_COMMIT": SHA,
            },
            None,
            CiFacts(
                system="Bitbucket Pipelines",
                branch="x",
                target_branch="main",
                pull_request=True,
                sha=SHA,
            ),
            id="Bitbucket pull request",
        ),
        pytest.param(
            {
                **AZURE,
                "BUILD_SOURCEBRANCH": "refs/heads/feature/x",
                "BUILD_SOURCEBRANCHNAME": "x",
                "BUILD_REASON": "IndividualCI",
                "BUILD_SOURCEVERSION": SHA,
            },
            None,
            CiFacts(system="Azure Pipelines", branch="feature/x", sha=SHA),
            id="Azure branch",
        ),
        pytest.param(
            {**AZURE, "BUILD_SOURCEBRANCH": "refs/tags/v1", "BUILD_REASON": "IndividualCI"},
            None,
            CiFacts(system="Azure Pipelines", tag="v1"),
            id="Azure tag",
        ),
        pytest.param(
            {
                **AZURE,
                "BUILD_SOURCEBRANCH": "refs/pull/7/merge",
                "BUILD_REASON": "PullRequest",
                "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/feature/x",
                "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
                "SYSTEM_PULLREQUEST_ISFORK": "False",
            },
            None,
            CiFacts(system="Azure Pipelines", branch="feature/x", target_branch="main", pull_request=True),
            id="Azure pull request",
        ),
        pytest.param(
            {
                **AZURE,
                "BUILD_SOURCEBRANCH": "refs/pull/7/merge",
                "BUILD_REASON": "PullRequest",
                "SYSTEM_PULLREQUEST_SOURCEBRANCH": "x",
                "SYSTEM_PULLREQUEST_TARGETBRANCH": "main",
                "SYSTEM_PULLREQUEST_ISFORK": "True",
            },
            None,
            CiFacts(
                system="Azure Pipelines",
                branch="x",
                target_branch="main",
                pull_request=True,
                untrusted=True,
            ),
            id="Azure pull request of a fork",
        ),
        pytest.param(
            {
                "CI": "woodpecker",
                "CI_COMMIT_BRANCH": "main",
                "CI_REPO_DEFAULT_BRANCH": "main",
                "CI_COMMIT_SHA": SHA,
            },
            None,
            CiFacts(system="Woodpecker", branch="main", default_branch="main", sha=SHA),
            id="Woodpecker branch",
        ),
        pytest.param(
            {
                "CI": "woodpecker",
                "CI_COMMIT_BRANCH": "main",
                "CI_COMMIT_SOURCE_BRANCH": "x",
                "CI_COMMIT_TARGET_BRANCH": "main",
                "CI_COMMIT_PULL_REQUEST": "7",
            },
            None,
            CiFacts(system="Woodpecker", branch="x", target_branch="main", pull_request=True, untrusted=True),
            id="Woodpecker pull request",
        ),
        pytest.param(
            {
                "CI": "true",
                "DRONE": "true",
                "DRONE_BRANCH": "main",
                "DRONE_SOURCE_BRANCH": "x",
                "DRONE_TARGET_BRANCH": "main",
                "DRONE_PULL_REQUEST": "7",
                "DRONE_REPO_BRANCH": "main",
            },
            None,
            CiFacts(
                system="Drone",
                branch="x",
                default_branch="main",
                target_branch="main",
                pull_request=True,
                untrusted=True,
            ),
            id="Drone pull request",
        ),
        pytest.param(
            {**JENKINS, "BRANCH_NAME": "main", "BRANCH_IS_PRIMARY": "true", "GIT_COMMIT": SHA},
            None,
            CiFacts(system="Jenkins", branch="main", default_branch="main", sha=SHA),
            id="Jenkins primary branch",
        ),
        pytest.param(
            {**JENKINS, "GIT_BRANCH": "origin/feature/x"},
            None,
            CiFacts(system="Jenkins", branch="feature/x"),
            id="Jenkins job of one branch",
        ),
        pytest.param(
            {
                **JENKINS,
                "BRANCH_NAME": "PR-7",
                "CHANGE_ID": "7",
                "CHANGE_BRANCH": "x",
                "CHANGE_TARGET": "main",
                "CHANGE_FORK": "mallory",
            },
            None,
            CiFacts(system="Jenkins", branch="x", target_branch="main", pull_request=True, untrusted=True),
            id="Jenkins change of a fork",
        ),
        pytest.param(
            {**JENKINS, "BRANCH_NAME": "v1", "TAG_NAME": "v1"},
            None,
            CiFacts(system="Jenkins", tag="v1"),
            id="Jenkins tag",
        ),
    ],
)
def test_ci(env: dict[str, str], event: dict[str, object] | None, expected: CiFacts) -> None:
    assert read_ci(env, event) == expected


@pytest.mark.parametrize(
    ("env", "event", "untrusted"),
    [
        pytest.param(
            _github("pull_request_target", "refs/heads/main", **PULL),
            _head("mallory/shop"),
            True,
            id="a fork's code with the repository's rights",
        ),
        pytest.param(
            _github("pull_request_target", "refs/heads/main", **PULL),
            _head("acme/shop"),
            False,
            id="own target",
        ),
        pytest.param(
            _github("pull_request", "refs/pull/7/merge", **PULL),
            _head(None),
            True,
            id="a fork that is deleted",
        ),
        pytest.param(_github("pull_request", "refs/pull/7/merge", **PULL), None, True, id="no event to read"),
        pytest.param(
            _github("pull_request", "refs/pull/7/merge", GITHUB_ACTOR="dependabot[bot]", **PULL),
            _head("acme/shop"),
            True,
            id="its token may only read",
        ),
        pytest.param(
            _github("push", "refs/heads/dependabot/pip/x", GITHUB_ACTOR="dependabot[bot]"),
            None,
            True,
            id="nor may it write when it pushes",
        ),
        pytest.param(
            _github("workflow_run", "refs/heads/main"),
            {"workflow_run": {"head_repository": {"full_name": "mallory/shop"}}},
            True,
            id="after a fork's workflow",
        ),
        pytest.param(
            _github("workflow_run", "refs/heads/main"),
            {"workflow_run": {"head_repository": {"full_name": "acme/shop"}}},
            False,
            id="after an own workflow",
        ),
        pytest.param(_github("issue_comment", "refs/heads/main"), {}, True, id="a comment"),
        pytest.param(_github("merge_group", "refs/heads/gh-readonly-queue/main/pr-7"), {}, False, id="queue"),
    ],
)
def test_github_trusts_no_event_that_a_stranger_starts(
    env: dict[str, str], event: dict[str, object] | None, *, untrusted: bool
) -> None:
    assert read_ci(env, event).untrusted is untrusted


def test_an_event_of_another_shape_says_nothing() -> None:
    facts = read_ci(_github("pull_request", "refs/pull/7/merge"), {"repository": [], "pull_request": "no"})
    assert (facts.default_branch, facts.untrusted) == (None, True)
