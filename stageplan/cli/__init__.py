"""The console script: arguments in, exit code out."""

import os
import sys
from typing import NoReturn

from stageplan.errors import EXIT_BUG, EXIT_INTERRUPTED, StageplanError


def main() -> NoReturn:
    """Runs the command line and leaves the process with its exit code."""
    sys.exit(_exit_code())


def _exit_code() -> int:
    import click

    from stageplan.cli.app import app

    try:
        code = app.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except StageplanError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: a user sees words, never a traceback
        return _bug(error)
    return code if isinstance(code, int) else 0


def _bug(error: Exception) -> int:
    """The exit code of a bug, after saying where it is."""
    import traceback

    import click

    if os.environ.get("STAGEPLAN_DEBUG"):
        traceback.print_exc()
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119
    click.echo(f"error[bug]: stageplan failed at {place}: {type(error).__name__}: {error}", err=True)
    click.echo("hint: set STAGEPLAN_DEBUG=1 to see the whole way there, and report it", err=True)
    return EXIT_BUG
