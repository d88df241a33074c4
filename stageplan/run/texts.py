"""Instructions and errors cut to one line."""


def one_line(text: str, *, longest: int = 80) -> str:
    """The first line of the text, with `…` where something was cut off."""
    line = text.strip().split("\n", 1)[0].rstrip()
    if len(line) > longest:
        line = line[: longest - 1].rstrip()
    return line if line == text.strip() else f"{line}…"
