"""All rules, and what they find in a file."""

from collections.abc import Iterator

from stageplan.review.checks.arguments import volatile_arguments
from stageplan.review.checks.cache_mounts import lost_cache_mounts
from stageplan.review.checks.copies import copies_before_installs
from stageplan.review.checks.finding import Finding, Rule, Subject
from stageplan.review.checks.links import linkable_copies
from stageplan.review.checks.secrets import secret_arguments
from stageplan.review.checks.unnamed import unnamed_sources
from stageplan.review.checks.unreached import unreached_stages

RULES: tuple[Rule, ...] = (
    Rule(
        name="unreached-stage",
        severity="note",
        summary="a stage that no target needs",
        advice="Build it with --target, or delete it. A stage without a name can be no target: it is dead.",
        find=unreached_stages,
    ),
    Rule(
        name="unnamed-source",
        severity="warning",
        summary="a stage without a name that others copy from",
        advice="Give it a name with AS: only a named stage can be a target with a cache of its own.",
        find=unnamed_sources,
    ),
    Rule(
        name="copy-before-run",
        severity="warning",
        summary="the whole context is copied before packages are installed",
        advice="Copy only the files that name the packages, install them, then copy the rest.",
        find=copies_before_installs,
    ),
    Rule(
        name="volatile-arg",
        severity="warning",
        summary="an ARG that changes with every build stands before packages are installed",
        advice="Declare it below the installation, where it is needed: each RUN after an ARG sees it.",
        find=volatile_arguments,
    ),
    Rule(
        name="secret-arg",
        severity="warning",
        summary="a secret is given as ARG or ENV",
        advice="Give it to the step that needs it with RUN --mount=type=secret: it then is in no layer.",
        find=secret_arguments,
    ),
    Rule(
        name="lost-cache-mount",
        severity="note",
        summary="a cache mount is empty on a runner that starts from nothing",
        advice="No cache export holds it. Put what must survive into the layer of a step of its own.",
        find=lost_cache_mounts,
    ),
    Rule(
        name="link-safe",
        severity="note",
        summary="a copy is made again when the layers below it change, and needs none of them",
        advice="Write COPY --link: the layer is kept and put on whatever is below.",
        find=linkable_copies,
    ),
    Rule(
        name="image-like-stage",
        severity="warning",
        summary="the name of an image is nearly that of a stage",
        advice="Correct the name, or write the image with its tag.",
        find=None,
    ),
    Rule(
        name="index-of-image",
        severity="warning",
        summary="a number counts past the stages and means an image",
        advice="Write the name of the image, or of the stage that is meant.",
        find=None,
    ),
    Rule(
        name="duplicate-stage",
        severity="warning",
        summary="two stages have one name",
        advice="Rename one: the name means the last of them.",
        find=None,
    ),
    Rule(
        name="reserved-stage",
        severity="warning",
        summary="a stage has a name that means something else to the builder",
        advice="Rename it.",
        find=None,
    ),
    Rule(
        name="platform-unused",
        severity="warning",
        summary="--platform has no effect, for the stage starts from another stage",
        advice="Put it on the stage that starts from an image.",
        find=None,
    ),
    Rule(
        name="blank-continuation",
        severity="warning",
        summary="a blank line inside a continued instruction",
        advice="Delete the line, or make it a comment: later frontends may refuse it.",
        find=None,
    ),
)


def check(subject: Subject, ignored: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """What all rules find, by place, then by rule.

    Args:
        subject: what is checked.
        ignored: names of rules that are left out.
    """
    found = (
        finding
        for finding in (*_of_graph(subject), *_of_rules(subject, ignored))
        if finding.rule not in ignored
    )
    return tuple(sorted(found, key=lambda finding: (finding.span.line, finding.span.column, finding.rule)))


def _of_rules(subject: Subject, ignored: frozenset[str]) -> Iterator[Finding]:
    for rule in RULES:
        if rule.find and rule.name not in ignored:
            yield from rule.find(subject)


def _of_graph(subject: Subject) -> Iterator[Finding]:
    """What the graph itself warns of."""
    for warning in subject.graph.warnings:
        yield Finding(
            rule=warning.rule,
            severity="warning",
            message=warning.message,
            span=warning.span,
            hint=warning.hint,
        )
