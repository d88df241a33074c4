"""The plan as a POSIX sh script that needs nothing but docker.

The script asks by itself which cache source exists, so it can be committed and used for any branch: image,
scope and fallback scopes come from its environment, with the planned values as defaults.
"""

import shlex
from collections.abc import Iterator

import msgspec

from stageplan.commands import buildx, classic, pack
from stageplan.commands.builds import build_command
from stageplan.commands.pushes import move_tags_commands, push_command
from stageplan.commands.values import (
    DERIVED,
    HOST_NETWORK,
    IGNORE_SUFFIX,
    IMAGE_OUTPUT,
    PREVIOUS,
    SOURCE,
    WRITES,
    digest_of,
    restored,
)
from stageplan.commands.words import Value, located
from stageplan.plan.model import Build, Cache, MoveTags, Plan, Push, Restore, Save, Step
from stageplan.plan.scope import slug
from stageplan.plan.sources import scopes
from stageplan.render.quoting import quote, quote_always, shell_command, shell_parts
from stageplan.render.templates import render


def render_shell(plan: Plan, *, version: str) -> str:
    """The script.

    Args:
        version: of stageplan, for the header.
    """
    archive = next((step for step in plan.steps if isinstance(step, Save)), None)
    return render(
        "shell.sh.j2",
        version=version,
        plan=plan,
        targets=", ".join(plan.targets),
        image=None if plan.parameters.image is None else quote(plan.parameters.image),
        cache_image=_cache_image(plan),
        cache_dir=None if plan.parameters.cache_dir is None else quote(plan.parameters.cache_dir),
        resolved=None if plan.keys is msgspec.UNSET else _resolved(plan),
        renewal=_renewal(plan),
        scope=quote_always(plan.parameters.scope),
        fallback_scopes=quote_always(" ".join(plan.parameters.fallback_scopes)),
        may_write=not plan.parameters.read_only,
        images_by_environment=any("{image}" in location for location in _locations(plan)),
        probes=_probes(plan),
        archive=None if archive is None else tuple(_save(archive)),
        swaps=any(_swaps(step) for step in plan.steps),
        unpacks=any(isinstance(step, Build) and step.unpack_for for step in plan.steps),
        derived=_derived(plan),
        work=plan.inputs.derived is not None or any(_wants_digest(step) for step in plan.steps),
        metadata=any(_wants_digest(step) for step in plan.steps),
        moves=any(isinstance(step, MoveTags) for step in plan.steps),
        cache_writes=any(_keeps_layers(step) for step in plan.steps),
        needs=_needs(plan),
        build_context=_build_context(plan),
        build_file=quote(plan.inputs.dockerfile),
        steps=[
            {
                "title": quote(step.id),
                "reason": quote(step.reason),
                "guard": _guard(step),
                "lines": tuple(_lines(plan, step)),
            }
            for step in plan.steps
            if not isinstance(step, Save)
        ],
    )


def _needs(plan: Plan) -> str:
    """The program that the script needs."""
    if any(isinstance(step, Build) and step.builder == "buildx" for step in plan.steps):
        return "docker with buildx"
    if plan.inputs.engine == "kaniko":
        return "kaniko's own image with a shell in it (debug)"
    return "pack, docker with buildx" if plan.inputs.engine == "pack" else plan.inputs.engine


def _build_context(plan: Plan) -> str:
    """A URL as it stands, or the whole path of a folder: the executor does not start in it."""
    context = quote(plan.inputs.context)
    return context if "://" in context else f"$(cd {context} && pwd)"


def _resolved(plan: Plan) -> dict[str, str]:
    """The values of a script that is made for one commit, and so for one scope."""
    slugs = tuple(slug(scope) for scope in scopes(plan))
    return {"scope": quote_always(slugs[0]), "scopes": quote_always(" ".join(slugs))}


def _renewal(plan: Plan) -> str:
    """The command that makes the script anew, with the options that decide what is built."""
    inputs, parameters = plan.inputs, plan.parameters
    words = [
        "stageplan",
        "script",
        inputs.context,
        f"--file={inputs.dockerfile}",
        f"--strategy={plan.strategy}",
    ]
    words += [f"--image={parameters.image}"] if parameters.image else []
    words += [f"--target={name}" for name in plan.targets] + [f"--check={name}" for name in plan.checks]
    words += [] if plan.alone is msgspec.UNSET else [f"--stage={name}" for name in plan.alone]
    words += [
        f"--build-arg={arg.name}" + ("" if arg.value is None else f"={arg.value}")
        for arg in inputs.build_args
    ]
    return shlex.join(words).replace("\n", " ")


def _cache_image(plan: Plan) -> str | None:
    parameters = plan.parameters
    if parameters.cache_image is None:
        return None
    beside = parameters.image is not None and parameters.cache_image == f"{parameters.image}-cache"
    return '"${image}-cache"' if beside else quote(parameters.cache_image)


def _locations(plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        match step:
            case Build(tags=tags):
                yield from tags
            case MoveTags(tags=tags, repository=repository):
                yield from (*tags, repository)
            case Push(images=images) | Save(images=images) | Restore(images=images):
                yield from images


def _probes(plan: Plan) -> str | None:
    """How the script looks for a cache source: in a registry, in folders, in files; None: it does not."""
    for step in plan.steps:
        if isinstance(step, Restore):
            return {"pull": "pull", "load": "file", "copy": "registry"}[step.how]
        if isinstance(step, Build) and step.cache is not None and _is_asked(step.cache):
            return "folder" if step.cache.type == "local" else "registry"
    return None


def _is_asked(cache: Cache) -> bool:
    """Whether the script can look in which scope the cache exists."""
    return cache.type not in {"gha", "s3", "azblob"} and "{scope}" in cache.location


def _swaps(step: Step) -> bool:
    return isinstance(step, Build) and step.cache is not None and step.cache.type == "local"


def _keeps_layers(step: Step) -> bool:
    return isinstance(step, Build) and step.builder == "buildah" and _exports(step.cache)


def _exports(cache: Cache | None) -> bool:
    return cache is not None and cache.export_options is not None


def _guard(step: Step) -> bool:
    """Whether the step is left out where nothing may be written."""
    return isinstance(step, Push | MoveTags)


def _lines(plan: Plan, step: Step) -> Iterator[str]:
    match step:
        case Restore():
            yield from _restore_lines(step)
        case Build(builder="buildx"):
            yield from _buildx_lines(plan, step)
        case Build(builder="pack"):
            yield from _pack_lines(plan, step)
        case Build():
            yield shell_command(build_command(plan, step))
        case Push(images=images):
            yield from (shell_command(push_command(plan, image)) for image in images)
        case MoveTags():
            yield from map(shell_command, move_tags_commands(plan, step))
        case Save():
            yield from _save(step)


def _restore_lines(restore: Restore) -> Iterator[str]:
    match restore.how:
        case "pull":
            yield f"{restored(restore.index)}="
            yield "for candidate in ${scopes}; do"
            yield f"    {restored(restore.index)}=${{candidate}}"
            yield shell_command(classic.pull_command(restore), indent="    ") + " && break"
            yield f"    {restored(restore.index)}="
            yield "done"
        case "load":
            yield f"{restored(None)}={_first_scope(restore.location)}"
            yield f'if [ -n "${{{restored(None)}}}" ]; then'
            yield shell_command(classic.load_command(restore), indent="    ")
            yield "fi"
        case "copy":
            yield from _seed_lines(restore)


def _seed_lines(seed: Restore) -> Iterator[str]:
    """The copy of the cache image that exists to where pack may write it."""
    found = restored(seed.index)
    yield f"{found}={_first_scope(seed.location)}"
    here = shell_parts(located(seed.location, scope=found))
    into = shell_parts(located(seed.into or seed.location))
    yield f'if [ -n "${{{found}}}" ] && [ {here} != {into} ]; then'
    yield shell_command(pack.seed_command(seed), indent="    ")
    yield "fi"
    yield f"{PREVIOUS}=${{{found}}}"
    yield f'[ "${{{PREVIOUS}}}" != "${{scope}}" ] || {PREVIOUS}='


def _pack_lines(plan: Plan, build: Build) -> Iterator[str]:
    """The build, and a look whether its cache image is there: pack only warns where it could not write it."""
    if build.cache is None:
        return
    image, cache = (shell_parts(located(place)) for place in (build.tags[0], build.cache.location))
    yield f"{HOST_NETWORK}=$(on_loopback {image})$(on_loopback {cache})"
    yield shell_command(pack.build_command(plan.inputs, build))
    yield f"exists {cache} || printf 'warning: %s was not written\\n' {cache} >&2"


def _buildx_lines(plan: Plan, build: Build) -> Iterator[str]:
    cache = build.cache
    if cache is not None:
        yield f"{SOURCE}={_source(plan, cache)}"
        if build.unpack_for:
            yield f"unpack={_lacking(plan, build, cache)}"
    yield from _output_lines(build)
    if build.wants_digest:
        yield f"{buildx.METADATA_FILE}={_metadata_file(build.id)}"
    if cache is not None and cache.type == "local" and cache.export_options is not None:
        folder = shell_parts(located(cache.location))
        new = shell_parts((*located(cache.location), buildx.NEW_CACHE))
        yield f"rm -rf {new}"
        yield shell_command(buildx.build_command(plan.inputs, build))
        yield f'[ -z "${{{WRITES}}}" ] || replace_folder {folder}'
        return
    yield shell_command(buildx.build_command(plan.inputs, build))
    if build.wants_digest:
        found = f'[ -z "${{{WRITES}}}" ] || ' if build.output == "push" else ""
        yield f"{found}{digest_of(build.id)}=$(pushed_digest {_metadata_file(build.id)})"


def _output_lines(build: Build) -> Iterator[str]:
    """What becomes of the result, where that depends on what the script finds."""

    def line(condition: str, *, writes: bool, unpack: bool) -> str:
        value = buildx.output_value(build, writes=writes, unpack=unpack)
        return f"{condition}{IMAGE_OUTPUT}={quote(value)}"

    pushes, asks = build.output == "push", bool(build.unpack_for)
    always = build.unpack and not asks
    if pushes or asks:
        yield line("", writes=True, unpack=always)
    if asks and not (pushes and build.store):
        yield line('[ -z "${unpack}" ] || ', writes=True, unpack=True)
    if pushes:
        yield line(f'[ -n "${{{WRITES}}}" ] || ', writes=False, unpack=always)
    if pushes and asks:
        yield line(f'[ -n "${{{WRITES}}}" ] || [ -z "${{unpack}}" ] || ', writes=False, unpack=True)


def _lacking(plan: Plan, build: Build, cache: Cache) -> str:
    """Asks whether a cache that is imported later lacks layers of this one."""
    later = [step.cache for step in plan.steps if isinstance(step, Build) and step.id in build.unpack_for]
    behind = [_around_scope(other.location)[1] for other in later if other is not None]
    return " ".join(("$(lacking", *_around_scope(cache.location), *behind)) + ")"


def _source(plan: Plan, cache: Cache) -> str:
    if _is_asked(cache):
        return _first_scope(cache.location)
    own = cache.source.scope == plan.parameters.scope
    return '"${scope}"' if own else '"${first_fallback}"'


def _first_scope(location: str) -> str:
    return " ".join(("$(first_scope", *_around_scope(location))) + ")"


def _around_scope(location: str) -> tuple[str, str]:
    """The words before and behind the scope in a location."""
    parts = located(location)
    at = parts.index(Value("scope"))
    return shell_parts(parts[:at]), shell_parts(parts[at + 1 :])


def _metadata_file(build: str) -> str:
    return shell_parts((Value("work"), f"/{build.replace(':', '__')}.json"))


def _wants_digest(step: Step) -> bool:
    return isinstance(step, Build) and step.wants_digest


def _derived(plan: Plan) -> tuple[str, ...]:
    """The lines that write the text which is built instead of the Dockerfile."""
    text, ignore = plan.inputs.derived, quote(f"{plan.inputs.dockerfile}{IGNORE_SUFFIX}")
    if text is None:
        return ()
    end = "END_OF_DOCKERFILE"
    while f"\n{end}\n" in text:
        end += "_"
    copied = shell_parts((Value(DERIVED), IGNORE_SUFFIX))
    return (
        f"cat >{shell_parts((Value(DERIVED),))} <<'{end}'",
        *text.removesuffix("\n").split("\n"),
        end,
        f"[ ! -f {ignore} ] || cp {ignore} {copied}",
    )


def _save(save: Save) -> Iterator[str]:
    """The lines that write the archive from the images that the engine holds."""
    for position, image in enumerate(save.images):
        name = classic.held(position)
        inspect = f"docker image inspect --format=held {shell_parts(located(image))} 2>/dev/null"
        yield f"{name}=$({inspect}) || {name}="
    archive = shell_parts(located(save.location))
    yield f'mkdir -p "$(dirname {archive})"'
    yield shell_command(classic.save_command(save))
    yield f"mv -f {shell_parts((*located(save.location), classic.NEW_ARCHIVE))} {archive}"
