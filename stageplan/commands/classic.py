"""docker's classic builder, and `docker pull`, `push`, `tag`, `load` and `save` around it."""

from stageplan.commands.command import Command
from stageplan.commands.options import input_words
from stageplan.commands.values import restored
from stageplan.commands.words import located, word, words
from stageplan.plan.model import Build, Plan, Restore, Save

NEW_ARCHIVE = ".new"


def held(position: int) -> str:
    """The value that says whether the engine holds the image at this position of an archive."""
    return f"held_{position}"


def build_command(plan: Plan, build: Build) -> Command:
    """One build of one target by the classic builder.

    `--cache-from` replaces the builder's own cache, so it names the stage images that this plan has built
    before, and the stage's earlier image where one was brought.
    """
    found = list(words("docker", "build"))
    found += input_words(plan.inputs, build)
    steps = {step.id: step for step in plan.steps}
    for source in build.cache_from:
        step = steps[source]
        match step:
            case Restore(index=None):
                found.append(word("--cache-from=", *located(build.tags[0]), when=restored(None)))
            case Restore(index=index, location=location):
                name = restored(index)
                found.append(word("--cache-from=", *located(location, scope=name), when=name))
            case Build(tags=tags):
                found.append(word("--cache-from=", *located(tags[0])))
            case _:
                message = f"step '{source}' leaves no image"
                raise ValueError(message)
    found += [word("--tag=", *located(tag)) for tag in build.tags]
    found += words(plan.inputs.context)
    return Command(words=tuple(found), environment=(("DOCKER_BUILDKIT", "0"),))


def pull_command(restore: Restore) -> Command:
    """Brings a stage's earlier image."""
    location = located(restore.location, scope=restored(restore.index))
    return Command(words=(*words("docker", "pull", "--quiet"), word(*location)))


def load_command(restore: Restore) -> Command:
    """Brings the images of an archive."""
    location = located(restore.location, scope=restored(None))
    return Command(words=(*words("docker", "load", "--quiet"), word("--input=", *location)))


def push_command(image: str) -> Command:
    """Pushes one image.

    Args:
        image: its location.
    """
    return Command(words=(*words("docker", "push", "--quiet"), word(*located(image))))


def save_command(save: Save) -> Command:
    """Writes the images into a file beside the archive; it takes the archive's place when it is whole."""
    images = (word(*located(image), when=held(position)) for position, image in enumerate(save.images))
    return Command(
        words=(
            *words("docker", "save"),
            word("--output=", *located(save.location), NEW_ARCHIVE),
            *images,
        )
    )
