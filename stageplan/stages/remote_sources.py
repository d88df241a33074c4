"""Sources of ADD that are not files: a git repository, or an address that is downloaded."""

import re
from typing import Literal
from urllib.parse import urlsplit

_PROTOCOL = re.compile(r"([a-zA-Z0-9]+)://")
_SCP_STYLE = re.compile(r"[a-zA-Z0-9\-_]+@[a-zA-Z0-9\-.]+:.*", re.DOTALL)

RemoteKind = Literal["git", "http"]


def remote_kind(source: str) -> RemoteKind | None:
    """What a source of ADD is fetched with, or None where it is a path."""
    if source.startswith(("./", "../", "github.com/")):
        return None
    if not (protocol := _PROTOCOL.match(source)):
        return "git" if _SCP_STYLE.fullmatch(source) else None
    match protocol[1].lower():
        case "git" | "ssh":
            return "git"
        case "http" | "https" if _path(source).endswith(".git"):
            return "git"
        case _:
            return "http" if source.startswith(("http://", "https://")) else None


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
