"""The functions of a bake file, and what names the values of a command there."""

from typing import Final

from stageplan.plan.model import Parameters
from stageplan.render.bake.terms import Expression, Text, quoted, text_of

IMAGE: Final = "STAGEPLAN_IMAGE"
CACHE_IMAGE: Final = "STAGEPLAN_CACHE_IMAGE"
CACHE_DIR: Final = "STAGEPLAN_CACHE_DIR"
SCOPE: Final = "STAGEPLAN_SCOPE"
SOURCE_SCOPE: Final = "STAGEPLAN_SOURCE_SCOPE"
READ_ONLY: Final = "STAGEPLAN_READ_ONLY"

# what takes two bytes or more in UTF-8 counts as so many characters: a scope is made a tag byte by byte
_BYTES: Final = (
    (r"[\\x{80}-\\x{7ff}]", "--"),
    (r"[\\x{800}-\\x{ffff}]", "---"),
    (r"[\\x{10000}-\\x{10ffff}]", "----"),
)
_BODY: Final = (("[^a-z0-9._-]", "-"), ("__", "--"), ("_$", "-"), ("^[.-]", "0"), ("^$", "0"))


def _replaced(inner: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, new in rules:
        inner = f'regex_replace({inner}, "{pattern}", "{new}")'
    return inner


FUNCTIONS: Final[dict[str, tuple[tuple[str, ...], Expression]]] = {
    "tag_characters": (
        ("name",),
        Expression(_replaced(f"lower({_replaced('name', _BYTES)})", _BODY)),
    ),
    "slug": (
        ("name",),
        Expression(
            "tag_characters(name) == name && strlen(name) <= 60"
            ' && length(regexall("-[0-9a-f]{10}$", name)) == 0'
            ' ? name : "${substr(tag_characters(name), 0, 49)}-${substr(sha256(name), 0, 10)}"'
        ),
    ),
    "source": (("planned",), Expression(f'{SOURCE_SCOPE} == "" ? planned : slug({SOURCE_SCOPE})')),
    "writes": ((), Expression(f'contains(["", "0", "false"], {READ_ONLY})')),
}
"""By name, the parameters and the result: a scope as a piece of a tag, where a build's cache source lies,
and whether a build may write what another could import."""


def variables(parameters: Parameters) -> dict[str, Text]:
    """What the environment may change, with the planned values."""
    found: dict[str, Text] = {}
    if parameters.image is not None:
        found[IMAGE] = text_of(parameters.image)
    if parameters.cache_image is not None:
        beside = parameters.image is not None and parameters.cache_image == f"{parameters.image}-cache"
        found[CACHE_IMAGE] = (
            text_of(Expression(IMAGE), "-cache") if beside else text_of(parameters.cache_image)
        )
    if parameters.cache_dir is not None:
        found[CACHE_DIR] = text_of(parameters.cache_dir)
    found[SCOPE] = text_of(parameters.scope)
    found[SOURCE_SCOPE] = text_of("")
    found[READ_ONLY] = text_of("1" if parameters.read_only else "")
    return found


def values() -> dict[str, Expression]:
    """The values of locations, by their names there."""
    return {
        "image": Expression(IMAGE),
        "cache_image": Expression(CACHE_IMAGE),
        "cache_dir": Expression(CACHE_DIR),
        "scope": Expression(f"slug({SCOPE})"),
    }


def chosen(condition: str, text: Text, otherwise: Text | None = None) -> Expression:
    """One text where a condition holds, else another or none."""
    return Expression(f"{condition} ? {quoted(text)} : {quoted(otherwise or text_of())}")
