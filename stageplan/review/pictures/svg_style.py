"""The colours and rules of an SVG, for light and dark.

Every rule names a plain colour first, for readers that know no CSS variables.
"""

import re

# name: light, dark
COLOURS = {
    "canvas": ("#ffffff", "#0d1117"),
    "band": ("#f6f8fb", "#131922"),
    "text": ("#172033", "#e6ebf3"),
    "muted": ("#5b677d", "#93a0b6"),
    "card": ("#ffffff", "#1a2230"),
    "border": ("#cfd7e3", "#36425a"),
    "quiet": ("#64718a", "#7d8aa3"),
    "faint": ("#b4bfce", "#46536b"),
    "accent": ("#4338ca", "#a5b4fc"),
    "accent-fill": ("#eef0ff", "#262a52"),
    "on-accent": ("#ffffff", "#151a3d"),
    "check": ("#047857", "#6ee7b7"),
    "on-check": ("#ffffff", "#06281d"),
    "from": ("#475569", "#a3b1c7"),
    "copy": ("#2563eb", "#6ea8ff"),
    "mount": ("#9333ea", "#c792ff"),
    "onbuild": ("#c2620a", "#f5b04c"),
    "added": ("#15803d", "#5fd38a"),
    "added-fill": ("#ecfdf3", "#10301f"),
    "removed": ("#c81e3a", "#ff8296"),
    "removed-fill": ("#fff1f3", "#3a1620"),
    "changed": ("#b45309", "#f6b04b"),
    "changed-fill": ("#fff7e8", "#362609"),
    "on-change": ("#ffffff", "#10151f"),
    "root-0": ("#0d9488", "#2dd4bf"),
    "root-1": ("#ea580c", "#fb923c"),
    "root-2": ("#7c3aed", "#a78bfa"),
    "root-3": ("#db2777", "#f472b6"),
    "root-4": ("#0284c7", "#38bdf8"),
    "root-5": ("#65a30d", "#a3e635"),
    "root-6": ("#ca8a04", "#facc15"),
    "root-7": ("#be123c", "#fb7185"),
    "root-more": ("#94a3b8", "#64748b"),
}

_RULES = """
.canvas{fill:$canvas}
.band{fill:$band}
text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:$text}
.title{font-size:16px;font-weight:650}
.subtitle,.legend text{font-size:12px;fill:$muted}
.wave{font-size:11px;font-weight:650;letter-spacing:.06em;fill:$muted}
.wave .count{font-weight:400;letter-spacing:0}
.name,.base,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.name{font-size:13px;font-weight:600}
.base{font-size:11px;fill:$muted}
.card{fill:$card;stroke:$border;stroke-width:1.25}
.target .card{fill:$accent-fill;stroke:$accent;stroke-width:2}
.check .card{stroke:$check;stroke-width:1.75}
.unreached .card{fill:none;stroke:$quiet;stroke-dasharray:4 4}
.unreached .name{fill:$muted;font-weight:400}
.unreached .root{opacity:.5}
.pill{fill:$accent}
.pill-text{font-size:9px;font-weight:700;letter-spacing:.07em;fill:$on-accent}
.check .pill{fill:$check}
.check .pill-text{fill:$on-check}
.line{fill:none;stroke-width:1.6}
.hit{fill:none;stroke:#000;stroke-opacity:0;stroke-width:11;pointer-events:stroke}
.from .line{stroke:$from;stroke-width:2.6}
.copy .line{stroke:$copy}
.mount .line{stroke:$mount;stroke-dasharray:7 4}
.onbuild .line{stroke:$onbuild;stroke-width:2;stroke-dasharray:1.5 4;stroke-linecap:round}
.head{stroke:none}
.head.from{fill:$from}
.head.copy{fill:$copy}
.head.mount{fill:$mount}
.head.onbuild{fill:$onbuild}
.head.faint{fill:$faint}
.link.faint .line{stroke:$faint}
.link:hover .line{stroke-width:4}
.out-hit .pill{fill:$added}
.out-ran .pill{fill:$changed}
.out-failed .pill{fill:$removed}
.out-skipped .pill{fill:$quiet}
.out-hit .pill-text,.out-ran .pill-text,.out-failed .pill-text,.out-skipped .pill-text{fill:$on-change}
.out-failed .card{stroke:$removed;stroke-width:2}
.added .card{fill:$added-fill;stroke:$added;stroke-width:2}
.removed .card{fill:$removed-fill;stroke:$removed;stroke-dasharray:5 4}
.changed .card{fill:$changed-fill;stroke:$changed;stroke-width:2}
.behind .card{stroke:$changed;stroke-width:1.5;stroke-dasharray:2 3}
.added .pill{fill:$added;stroke:none}
.removed .pill{fill:$removed;stroke:none}
.changed .pill,.behind .pill{fill:$changed;stroke:none}
.added .pill-text,.removed .pill-text,.changed .pill-text,.behind .pill-text{fill:$on-change}
.removed .name{text-decoration:line-through}
.link.added .line{stroke:$added;stroke-width:3}
.link.removed .line{stroke:$removed;stroke-dasharray:3 5;stroke-width:2.4}
.head.added{fill:$added}
.head.removed{fill:$removed}
"""


def colours() -> str:
    """The colours as variables of a whole page, and as backgrounds of what is named for a root image."""
    light, dark = (
        "".join(f"--sp-{name}:{pair[which]};" for name, pair in COLOURS.items()) for which in (0, 1)
    )
    roots = "".join(
        f".stripe.{name}{{background:var(--sp-{name})}}\n" for name in COLOURS if name.startswith("root-")
    )
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{roots}"


def style() -> str:
    """The style sheet of an SVG that stands alone, without line ends inside a rule."""
    light = "".join(f"--sp-{name}:{pair[0]};" for name, pair in COLOURS.items())
    dark = "".join(f"--sp-{name}:{pair[1]};" for name, pair in COLOURS.items())
    roots = "".join(f".root.{name}{{fill:${name}}}\n" for name in COLOURS if name.startswith("root-"))
    rules = "".join(f".sp {line}\n" for line in _scoped(_RULES + roots))
    return (
        f".sp{{{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{.sp{{{dark}}}}}\n"
        f"{re.sub(r'([a-z-]+):[$]([a-z0-9-]+)', _both, rules)}"
    )


def _scoped(rules: str) -> list[str]:
    """The rules, each selector of a list below `.sp`."""
    lines = []
    for line in rules.split("\n"):
        selectors, brace, body = line.partition("{")
        if brace:
            lines.append(f"{selectors.replace(',', ',.sp ')}{{{body}")
    return lines


def _both(found: re.Match[str]) -> str:
    """A declaration with the plain light colour, then one with the variable."""
    property_, name = found.groups()
    return f"{property_}:{COLOURS[name][0]};{property_}:var(--sp-{name})"
