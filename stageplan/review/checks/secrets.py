"""The check for secrets in arguments and variables, which anybody can read in the image's history."""

import re
from collections.abc import Iterator

from stageplan.graph import Stage, StageInstruction
from stageplan.review.checks.finding import Finding, Subject
from stageplan.review.checks.lineage import own_instructions

RULE = "secret-arg"
_SECRET = re.compile(
    r"(.*_)?(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY|API_KEY|AUTH_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|SSH_KEY"
    r"|SIGNING_KEY|ENCRYPTION_KEY|CREDENTIALS|SECRET_KEY_BASE|NPM_AUTH|PAT)",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(r".*(PUBLIC|DUMMY|FAKE|EXAMPLE).*", re.IGNORECASE)
_PLACEHOLDERS = frozenset(
    {
        "",
        "0",
        "1",
        "build",
        "changeme",
        "dummy",
        "example",
        "fake",
        "false",
        "none",
        "null",
        "placeholder",
        "true",
        "x",
    }
)


def secret_arguments(subject: Subject) -> Iterator[Finding]:
    """The ARGs and ENVs that are named like a secret; once for each name in a stage."""
    for stage in subject.graph.stages:
        seen = set[str]()
        for instruction, name in _named_like_secrets(stage):
            if name not in seen:
                seen.add(name)
                yield _finding(instruction, name)


def is_named_like_secret(name: str) -> bool:
    """Whether a variable of this name likely holds what nobody should read."""
    return bool(_SECRET.fullmatch(name)) and not _NO_SECRET.fullmatch(name)


def _named_like_secrets(stage: Stage) -> Iterator[tuple[StageInstruction, str]]:
    for instruction in own_instructions(stage):
        if instruction.keyword not in ("ARG", "ENV"):
            continue
        for pair in instruction.instruction.pairs:
            is_open = pair.value is None or pair.value.strip("'\"").lower() not in _PLACEHOLDERS
            if is_open and is_named_like_secret(pair.name):
                yield instruction, pair.name


def _finding(instruction: StageInstruction, name: str) -> Finding:
    mount = f"`RUN --mount=type=secret,id={name.lower()}`"
    is_for_later = instruction.keyword == "ENV"
    whom = "the container when it runs, or to one step" if is_for_later else "the step that needs it"
    return Finding(
        rule=RULE,
        severity="warning",
        message=f"'{name}' looks like a secret, and {instruction.keyword} keeps it where others can read it",
        span=instruction.instruction.place_of(name),
        hint=f"give it to {whom}: {mount}",
    )
