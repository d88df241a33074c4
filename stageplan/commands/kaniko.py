"""kaniko's `/kaniko/executor`, which runs only inside its own image."""

from stageplan.commands.command import Command
from stageplan.commands.values import BUILD_CONTEXT, BUILD_FILE, NO_WRITES
from stageplan.commands.words import Value, located, word, words
from stageplan.plan.model import Build, Plan


def build_command(plan: Plan, build: Build) -> Command:
    """One build of one target.

    Without `--cache-copy-layers` a COPY is made anew each time. Where nothing may be written, `--no-push`
    alone would still push the layers.
    """
    inputs = plan.inputs
    found = [word("/kaniko/executor"), word("--context=", Value(BUILD_CONTEXT))]
    found.append(word("--dockerfile=", Value(BUILD_FILE)))
    if build.target is not None:
        found += words(f"--target={build.target}")
    if inputs.platform is not None:
        found += words(f"--custom-platform={inputs.platform}")
    for arg in (*inputs.build_args, *build.build_args):
        found += words(f"--build-arg={arg.name}" + ("" if arg.value is None else f"={arg.value}"))
    found += words("--skip-unused-stages", "--snapshot-mode=full")
    if build.cache is not None:
        found += words("--cache=true", "--cache-copy-layers")
        found.append(word("--cache-repo=", *located(build.cache.location)))
        found += words(*(f"--{key}={value}" for key, value in build.cache.import_options))
        found.append(word("--no-push-cache", when=NO_WRITES))
    if sum(isinstance(step, Build) for step in plan.steps) > 1:
        found += words("--cleanup")
    found += [word("--destination=", *located(tag)) for tag in build.tags]
    found.append(word("--no-push", when=NO_WRITES) if build.tags else word("--no-push"))
    return Command(words=tuple(found))
