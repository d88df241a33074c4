"""Build contexts on disk, written down as a mapping."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from stageplan.context.view import ContextView
from stageplan.system.tree import open_context

Layout = Mapping[str, str | bytes | None]
"""Path to content: text for a file, `-> target` for a link, None for a directory; `f:755` sets the mode."""

OpenLayout = Callable[[Layout], ContextView]


def write_layout(root: Path, layout: Layout) -> None:
    """Makes the files of a layout below a directory."""
    for name, content in layout.items():
        path, _, mode = name.partition(":")
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            target.mkdir(exist_ok=True)
        elif isinstance(content, str) and content.startswith("-> "):
            target.symlink_to(content.removeprefix("-> "))
        else:
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        if mode:
            target.chmod(int(mode, 8))
        elif not target.is_symlink():
            target.chmod(0o755 if target.is_dir() else 0o644)


@pytest.fixture
def open_layout(tmp_path: Path) -> OpenLayout:
    """Writes a layout, and gives what a build of it sees."""

    def opened(layout: Layout) -> ContextView:
        write_layout(tmp_path, layout)
        return open_context(tmp_path, tmp_path / "Dockerfile")

    return opened
