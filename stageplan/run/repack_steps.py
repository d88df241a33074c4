"""Base images packed anew."""

import json
from threading import Lock

from stageplan.commands import buildx
from stageplan.errors import StageplanError
from stageplan.plan.locations import resolve
from stageplan.plan.model import Build
from stageplan.run import buildx_steps
from stageplan.run.session import Session, StepRun


def repack(session: Session, step: Build, run: StepRun) -> None:
    """The image that the build starts from is pushed anew, as it would be by the command that is reported.

    It goes from registry to registry through here, so the builder has it only as it is packed now: of one
    that it knows in two ways it takes the first. The builds that need it take it from here, too. Where that
    cannot be done, or the builder is another machine, the command does it.

    Raises:
        FailedStepError: the build has not succeeded.
    """
    digest = None if session.plan.inputs.builder else _packed(session, step, run)
    if digest is None:
        buildx_steps.build(session, step, run)
        return
    command = buildx.build_command(session.plan.inputs, step)
    run.issue(session.words(step, command), dict(command.environment))
    session.layouts[step.id] = session.layout
    written = json.dumps({"containerimage.digest": digest})
    session.ports.files.write(session.metadata_file(step.id), written.encode())


def _packed(session: Session, step: Build, run: StepRun) -> str | None:
    """The digest of the image, if the registries can do it."""
    original, values = step.inputs[0], session.values(step)
    lock = Lock()

    def moved(down: int, up: int) -> None:
        with lock:
            run.down, run.up = run.down + down, (run.up or 0) + up
            session.tell(run.bytes_moved)

    try:
        return session.ports.packer.pack(
            f"{resolve(original.repository, values)}@{original.digest}",
            resolve(step.tags[0], values),
            str(step.repacks),
            session.layout,
            moved,
        )
    except (StageplanError, OSError):
        return None
