"""How many bytes a pull or push has moved, by the messages of docker's API."""

from collections.abc import Mapping
from typing import Any

_MOVES = frozenset({"Downloading", "Pushing"})
_ENDS = frozenset({"Download complete", "Pushed"})


class Transfer:
    """Takes the messages of one pull or push in their order."""

    def __init__(self) -> None:
        self._layers: dict[str, tuple[int, int]] = {}

    @property
    def bytes(self) -> int:
        """How many bytes of layers were moved so far."""
        return sum(current for current, _ in self._layers.values())

    def take(self, message: Mapping[str, Any]) -> None:
        """Counts what the message tells of its layer."""
        layer, status = str(message.get("id", "")), message.get("status")
        detail = message.get("progressDetail") or {}
        current, total = int(detail.get("current") or 0), int(detail.get("total") or 0)
        known, size = self._layers.get(layer, (0, 0))
        if status in _MOVES:
            self._layers[layer] = (max(known, current), max(size, total))
        elif status in _ENDS and layer in self._layers:
            self._layers[layer] = (max(known, size), size)
