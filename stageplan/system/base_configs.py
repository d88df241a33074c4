"""What base images bring along, asked of registries and then of the engine, with little patience."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from stageplan.dockerfile.platforms import parse_platform
from stageplan.dockerfile.references import DEFAULT_DOMAIN
from stageplan.errors import StageplanError
from stageplan.stages.options import ImageConfig
from stageplan.system.base_images import BaseImages
from stageplan.system.image_configs import ImageConfigs, image_config
from stageplan.system.registry import Registry
from stageplan.system.transport import CONNECTIONS, Patience
from stageplan.system.user_cache import user_cache

Image = tuple[str, str]
"""A normalised reference, and the platform that is asked of it."""

_GARBLED = (ValueError, LookupError, TypeError, AttributeError)
_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseConfigs:
    """What is known of images.

    Attributes:
        configs: what was found.
        reasons: why the others are not known, in words.
    """

    configs: dict[Image, ImageConfig]
    reasons: dict[Image, str]


def ask_base_configs(images: Iterable[Image], *, seconds: float) -> BaseConfigs:
    """The configurations of images: of their registries, else of the engine's mirrors, else of the engine.

    Args:
        images: which ones.
        seconds: how long registries are waited for, and then the engine.
    """
    wanted = tuple(dict.fromkeys(images))
    known = ImageConfigs(user_cache() / "images")
    registry = Registry(patience=_patience(seconds))
    asked = BaseImages(known, lock={}, registry=registry)
    answers = _ask_all(wanted, lambda image: _config(asked, image), seconds)
    missing = tuple(image for image, answer in answers.items() if isinstance(answer, str))
    if missing:
        found = _ask_all((missing,), lambda images: _engine_configs(known, images, seconds), seconds)[missing]
        answers |= found if isinstance(found, dict) else {}
    return _sorted_out(answers)


def kept_base_configs(images: Iterable[Image]) -> BaseConfigs:
    """The configurations that can be told without asking anybody: of images that are named by digest."""
    asked = BaseImages(ImageConfigs(user_cache() / "images"), lock={}, registry=None)
    return _sorted_out({image: _config(asked, image) for image in images})


def _sorted_out(answers: Mapping[Image, ImageConfig | str]) -> BaseConfigs:
    return BaseConfigs(
        configs={image: answer for image, answer in answers.items() if isinstance(answer, ImageConfig)},
        reasons={image: answer for image, answer in answers.items() if isinstance(answer, str)},
    )


def _patience(seconds: float) -> Patience:
    return Patience(tries=1, connect=seconds, read=seconds)


def _config(asked: BaseImages, image: Image) -> ImageConfig | str:
    """The configuration of an image, or in words why it is not known."""
    ref, platform = image
    facts = asked.facts([ref], {ref: platform})
    return facts.configs.get(ref) or facts.problems[ref]


def _ask_all(
    questions: Collection[_Question], ask: Callable[[_Question], _Answer], seconds: float
) -> dict[_Question, _Answer | str]:
    """The answer to each question, or in words why there is none; what takes longer is left alone.

    The threads do not keep the process from ending: nothing else bounds how long a name is looked up.
    """
    waiting: SimpleQueue[_Question] = SimpleQueue()
    answered: SimpleQueue[tuple[_Question, _Answer | str]] = SimpleQueue()

    def work() -> None:
        with suppress(Empty):
            while True:
                question = waiting.get_nowait()
                try:
                    answered.put((question, ask(question)))
                except StageplanError as error:
                    answered.put((question, error.message))
                except _GARBLED as error:
                    answered.put((question, f"the answer is of an unknown form: {error}"))

    for question in questions:
        waiting.put(question)
    for _ in range(min(len(questions), CONNECTIONS)):
        Thread(target=work, daemon=True).start()
    end = time.monotonic() + seconds
    answers: dict[_Question, _Answer | str] = dict.fromkeys(questions, "no answer in time")
    with suppress(Empty):
        for _ in questions:
            question, answer = answered.get(timeout=max(0.0, end - time.monotonic()))
            answers[question] = answer
    return answers


def _engine_configs(known: ImageConfigs, images: Iterable[Image], seconds: float) -> dict[Image, ImageConfig]:
    """What the engine's mirrors and the engine itself know of images; those of none are left out.

    Raises:
        UnreachableError: it does not answer (`engine-down`).
    """
    # imported here: it costs 100 ms, which only images are worth that no registry gave
    from docker.errors import DockerException  # noqa: PLC0415
    from requests.exceptions import RequestException  # noqa: PLC0415

    from stageplan.system.engine_client import connect, engine_down  # noqa: PLC0415

    found: dict[Image, ImageConfig] = {}
    with closing(connect(timeout=max(1, round(seconds)))) as client:
        api: Any = client.api  # half of it has no types
        try:
            mirrors = [urlsplit(url) for url in (client.info()["RegistryConfig"] or {}).get("Mirrors") or ()]
        except (DockerException, RequestException) as cause:
            raise engine_down(cause) from cause
        insecure = [mirror.netloc for mirror in mirrors if mirror.scheme == "http"]
        registry = Registry(patience=_patience(seconds), insecure=insecure)
        asked = BaseImages(known, lock={}, registry=registry)
        for image in images:
            with suppress(DockerException, RequestException):
                config = _of_mirrors(asked, [mirror.netloc for mirror in mirrors], image)
                config = config or _of_engine(api.inspect_image(image[0]), image[1])
                if config:
                    found[image] = config
    return found


def _of_mirrors(asked: BaseImages, mirrors: Iterable[str], image: Image) -> ImageConfig | None:
    """The configuration that the first mirror of Docker Hub gives which has the image, or None."""
    ref, platform = image
    if ref.startswith(f"{DEFAULT_DOMAIN}/"):
        for mirror in mirrors:
            answer = _config(asked, (f"{mirror}/{ref.removeprefix(f'{DEFAULT_DOMAIN}/')}", platform))
            if isinstance(answer, ImageConfig):
                return answer
    return None


def _of_engine(said: Mapping[str, Any], platform: str) -> ImageConfig | None:
    """The configuration in what the engine says of an image; None where it is for another platform."""
    parts = (said.get("Os"), said.get("Architecture"), said.get("Variant"))
    built_for = parse_platform("/".join(part for part in parts if part)).normalized()
    wanted = parse_platform(platform).normalized()
    if (built_for.os, built_for.architecture) != (wanted.os, wanted.architecture):
        return None
    return image_config(said.get("Config") or {}, (said.get("RootFS") or {}).get("Layers") or ())
