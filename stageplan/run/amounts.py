"""Seconds and bytes as people read them."""

_KILO = 1000
_MINUTE = 60


def seconds_text(seconds: float) -> str:
    """`0.4 s`, `12.3 s`, `3 min 05 s`."""
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest:02d} s"


def bytes_text(count: int) -> str:
    """`0 B`, `812 B`, `4.2 kB`, `120.0 MB`, with a thousand to a step, as registries count."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if round(size, 1) < _KILO:
            return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= _KILO
    return f"{size:.1f} GB"
