"""What a file of CI jobs says, whatever the system."""

import shlex
from dataclasses import dataclass

from stageplan.plan.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFile:
    """What a file of CI jobs says.

    Attributes:
        version: of stageplan.
        renewal: the words of the command that makes the file anew.
        name: of the image, for people.
        jobs: the last one publishes.
        command: the words of the whole run; a job adds its stages.
        setup: lines of sh that bring stageplan to a runner; None: what is usual in the system.
        runner: label or image of the runners; None: what is usual in the system.
        minutes: after which a job is stopped.
        registry: where jobs log in; None: the one that the CI system brings along.
        secrets: names of environment variables that hold secrets.
        variables: names of environment variables that build arguments take their values from.
    """

    version: str
    renewal: tuple[str, ...]
    name: str
    jobs: tuple[Job, ...]
    command: tuple[str, ...]
    setup: tuple[str, ...] | None
    runner: str | None
    minutes: int
    registry: str | None
    secrets: tuple[str, ...]
    variables: tuple[str, ...]

    @property
    def stage_jobs(self) -> tuple[Job, ...]:
        """All jobs but the last."""
        return self.jobs[:-1]

    def run(self, job: Job, *first: str) -> str:
        """The line of sh that a job is for.

        Args:
            first: words of sh that stand before the options.
        """
        program, command, *options = self.command
        stages = (f"--stage={name}" for name in job.stages)
        return " ".join((program, command, *first, shlex.join((*options, *stages))))

    def set_up(self, *usual: str) -> tuple[str, ...]:
        """The lines of sh that bring stageplan to a runner.

        Args:
            usual: where nobody said otherwise; `{version}` stands for the one that made the file.
        """
        if self.setup is not None:
            return self.setup
        return tuple(line.replace("{version}", self.version) for line in usual)


USER = "REGISTRY_USER"
PASSWORD = "REGISTRY_PASSWORD"  # noqa: S105 - the name of a variable


def login_line(host: str, *, user: str = USER, password: str = PASSWORD) -> str:
    """A line of sh that logs in where there is a password; in a fork's pull request there is none.

    Args:
        host: a word of sh.
        user: name of the environment variable that has it.
        password: as well.
    """
    words = f'docker login --username "${user}" --password-stdin {host}'
    return f'[ -z "${password}" ] || printf %s "${password}" | {words}'


def header(file: JobFile) -> str:
    """Who made a file and how it is made anew, as comments."""
    renewal = shlex.join(file.renewal).replace("\n", " ")
    return (
        f"# Made by stageplan {file.version}. When the stages or the options change, make it anew:\n"
        f"#   {renewal}\n"
        "# With --verify in place of -o that command says whether it is out of date.\n"
    )
