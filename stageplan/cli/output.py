"""Data goes to stdout or to a file, words go to stderr."""

import sys
from pathlib import Path

import click

from stageplan.system.files import write_atomically


def write(data: bytes, output: Path | None, *, executable: bool = False) -> None:
    """Writes to a file, whole or not at all, or to stdout where there is none or it is `-`."""
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(data)
    else:
        write_atomically(output, data, executable=executable)


def say(text: str) -> None:
    """Prints a line of words."""
    click.echo(text, err=True)
