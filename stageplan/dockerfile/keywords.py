"""Which instructions there are, and which flags each of them takes."""

from typing import Literal

FlagKind = Literal["text", "switch", "list"]

_COPY_FLAGS: dict[str, FlagKind] = {"chown": "text", "chmod": "text", "link": "switch", "exclude": "list"}

FLAGS: dict[str, dict[str, FlagKind]] = {
    "ADD": {**_COPY_FLAGS, "checksum": "text", "keep-git-dir": "switch", "unpack": "switch"},
    "ARG": {},
    "CMD": {},
    "COPY": {**_COPY_FLAGS, "from": "text", "parents": "switch"},
    "ENTRYPOINT": {},
    "ENV": {},
    "EXPOSE": {},
    "FROM": {"platform": "text"},
    "HEALTHCHECK": {
        "interval": "text",
        "timeout": "text",
        "start-period": "text",
        "start-interval": "text",
        "retries": "text",
    },
    "LABEL": {},
    "MAINTAINER": {},
    "ONBUILD": {},
    "RUN": {"mount": "list", "device": "list", "network": "text", "security": "text"},
    "SHELL": {},
    "STOPSIGNAL": {},
    "USER": {},
    "VOLUME": {},
    "WORKDIR": {},
}
"""The flags of each known instruction: one value, on or off, or as often as wanted."""

FLAGS_UNREAD = frozenset({"ARG", "STOPSIGNAL"})
"""Instructions whose flags the builder drops without a look."""

HEREDOC_KEYWORDS = frozenset({"ADD", "COPY", "RUN"})
"""Instructions that may carry here-documents."""
