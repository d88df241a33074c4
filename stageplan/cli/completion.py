"""`stageplan completion`."""

import click


@click.command("completion", short_help="print the completion of a shell")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print what makes a shell complete stageplan's commands and options.

    \b
    eval "$(stageplan completion bash)"
    stageplan completion fish > ~/.config/fish/completions/stageplan.fish
    """
    from click.shell_completion import get_completion_class

    from stageplan.cli.app import app

    complete = get_completion_class(shell)
    if complete is not None:
        click.echo(complete(app, {}, "stageplan", "_STAGEPLAN_COMPLETE").source())
