"""A build as a target of a bake file, from the words of its command."""

import posixpath
import re
from collections.abc import Mapping

from stageplan.commands.buildx import NEW_CACHE, build_command, output_value
from stageplan.commands.values import IMAGE_OUTPUT, SOURCE, WRITES
from stageplan.commands.words import Value, Word
from stageplan.errors import UsageError
from stageplan.plan.model import Build, Cache, Inputs, Plan
from stageplan.plan.scope import slug
from stageplan.render.bake.functions import SCOPE, chosen, values
from stageplan.render.bake.terms import Expression, Term, Text, quoted, text_of

_LISTS = {
    "--no-cache-filter": "no-cache-filter",
    "--secret": "secret",
    "--ssh": "ssh",
    "--cache-from": "cache-from",
    "--cache-to": "cache-to",
    "--tag": "tags",
    "--output": "output",
    "--platform": "platforms",
}
_PAIRS = {"--build-arg": "args", "--build-context": "contexts"}
_NOT_OF_A_TARGET = {"--builder", "--metadata-file"}  # they are options of bake's own
_NO_ATTESTATIONS = text_of("type=provenance,disabled=true")


def target_name(step: str) -> str:
    """The id of a step as the name of a target."""
    return re.sub(r"[^A-Za-z0-9_-]", lambda found: "-" if found[0] == ":" else "_", step)


def target(plan: Plan, build: Build) -> dict[str, Term]:
    """The attributes of the target, by name.

    Raises:
        UsageError: an input of the build cannot be written down.
    """
    command = build_command(plan.inputs, build)
    *options, context = command.words[3:]
    found: dict[str, Term] = {"context": _plain(context)}
    lists: dict[str, list[Text]] = {}
    pairs: dict[str, dict[str, Text]] = {}
    names = _values(plan, build)
    for word in options:
        flag, value = _flag(word)
        if flag in _LISTS:
            lists.setdefault(_LISTS[flag], []).append(_when(word, _text(value, names), names))
        elif flag in _PAIRS:
            name, text = _pair(_text(value, names))
            pairs.setdefault(_PAIRS[flag], {})[name] = text
        elif flag == "--file":
            found["dockerfile"] = text_of(_dockerfile(plan.inputs))
        elif flag == "--target":
            found["target"] = _text(value, names)
        elif flag == "--provenance":
            lists["attest"] = [_NO_ATTESTATIONS]
        elif flag == "--no-cache":
            found["no-cache"] = True
        elif flag not in _NOT_OF_A_TARGET:
            message = f"bake has no word for '{flag}'"
            raise ValueError(message)
    return found | pairs | {name: tuple(texts) for name, texts in lists.items()}


def tags_target(plan: Plan, build: Build, tags: tuple[str, ...]) -> dict[str, Term]:
    """The target that pushes under other tags what a build has left in the builder.

    Args:
        tags: their locations.
    """
    changed = {"tags": tags, "output": "push", "wants_digest": False, "unpack_for": (), "no_cache": ()}
    again = Build(**({name: getattr(build, name) for name in build.__struct_fields__} | changed))
    return {name: term for name, term in target(plan, again).items() if name != "cache-to"}


def arguments_from_environment(plan: Plan) -> tuple[str, ...]:
    """The names of the build arguments whose value is not the plan's."""
    return tuple(arg.name for arg in plan.inputs.build_args if arg.value is None)


def _flag(word: Word) -> tuple[str, tuple[str | Value, ...]]:
    """The option of a word, and the parts of its value."""
    first, *rest = word.parts
    flag, _, value = str(first).partition("=")
    return flag, (value, *rest) if value else tuple(rest)


def _values(plan: Plan, build: Build) -> Mapping[str, Expression]:
    """What each value of the build's command is in the file."""
    found = values() | {WRITES: Expression("writes()")}
    if build.cache is not None:
        found[SOURCE] = _source(plan, build.cache)
    pushed = text_of(output_value(build, writes=True, unpack=build.unpack))
    unpushed = text_of(output_value(build, writes=False, unpack=build.unpack))
    found[IMAGE_OUTPUT] = (
        chosen("writes()", pushed, unpushed) if build.output == "push" else Expression(quoted(unpushed))
    )
    return found


def _source(plan: Plan, cache: Cache) -> Expression:
    """The scope that a build's cache source lies in; `""`: it has none."""
    if not cache.source.asked or cache.source.scope == plan.parameters.scope:
        return Expression(f"source(slug({SCOPE}))")
    return Expression(f"source({quoted(text_of(slug(cache.source.scope) if cache.source.scope else ''))})")


def _text(parts: tuple[str | Value, ...], names: Mapping[str, Expression]) -> Text:
    """The parts as bake has them.

    A folder of cache is written where it stays: bake cannot put a new one in its place behind a build.
    """
    return text_of(
        *(names[part.name] if isinstance(part, Value) else part for part in parts if part != NEW_CACHE)
    )


def _when(word: Word, text: Text, names: Mapping[str, Expression]) -> Text:
    """The text, or an empty one, which bake leaves out."""
    if word.when is None:
        return text
    condition = names[word.when].code
    return text_of(chosen(condition if word.when == WRITES else f'{condition} != ""', text))


def _pair(text: Text) -> tuple[str, Text]:
    """A `NAME=VALUE`; without a value the variable of that name has it."""
    first, *rest = text.parts
    name, equals, value = str(first).partition("=")
    return name, text_of(value, *rest) if equals else text_of(Expression(name))


def _plain(word: Word) -> Text:
    (context,) = word.parts
    if "://" in str(context) or str(context).startswith("git@"):
        raise UsageError(
            "bake-context",
            f"bake would read the Dockerfile out of the context '{context}', not the one that was planned",
            hint="plan in a clone of it",
        )
    return text_of(str(context))


def _dockerfile(inputs: Inputs) -> str:
    """Where the Dockerfile is, as bake has it: seen from the context."""
    if posixpath.isabs(inputs.dockerfile):
        return inputs.dockerfile
    if posixpath.isabs(inputs.context):
        return f"cwd://{inputs.dockerfile}"
    return posixpath.relpath(inputs.dockerfile, inputs.context)
