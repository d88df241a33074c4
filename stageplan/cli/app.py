"""The command `stageplan` and its sub-commands, each imported when it is asked for."""

import importlib
from typing import Final

import click

from stageplan import __version__

_COMMANDS: Final = {
    "graph": "the stages, and what each needs",
    "plan": "what would be done, and why",
    "script": "the plan as a script that needs nothing but docker",
    "run": "do it, with live progress",
    "explain": "what a stage's key is made of, and what changed it",
    "diff": "what a change does to the stages, and what it costs",
    "why": "what a file re-runs, what a stage is made of",
    "report": "one HTML page: graph, run, changes",
    "check": "warnings that matter for stages and caches",
    "doctor": "what this engine, builder and registry can do",
    "prune": "retention of what stageplan pushed",
    "completion": "print the completion of a shell",
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names in the order of use, not of the alphabet."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"stageplan.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name.

        Raises:
            click.UsageError: there is none; the nearest is named.
        """
        from stageplan.errors import did_you_mean

        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            hint = did_you_mean(args[0], _COMMANDS)
            message = f"there is no command '{args[0]}'" + (f"; {hint}" if hint else "")
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="stageplan", message="%(prog)s %(version)s")
def app() -> None:
    """One target build per stage of a Dockerfile, with cache hits that are certain.

    \b
    stageplan graph                                   what is in the Dockerfile here
    stageplan run                                     build it, cached in .stageplan/
    stageplan run --image registry.example.com/app    build, push, cache beside the image
    stageplan script --image … -o build.sh            the same as a script for CI
    """
