"""The images that the Docker Engine holds: pulled, pushed, kept in archives, built by its classic builder."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

from docker.errors import APIError, DockerException
from requests.exceptions import HTTPError, RequestException

from stageplan.dockerfile.references import DEFAULT_TAG, parse_reference
from stageplan.run.ports import ClassicBuild, ImagesError, OnMessage
from stageplan.system.context_archive import context_archive
from stageplan.system.engine_client import connect, words
from stageplan.system.files import read_bytes

# Long enough for an engine that unpacks a large layer in silence.
_PATIENCE = 600
_PIECE = 1 << 20
_MISSING = ("not found", "manifest unknown", "no such image", "does not exist")
_IGNORE = ".dockerignore"
_ELSEWHERE = ".stageplan.Dockerfile"

# The names in a build context that the engine is sent, given its folder and the path of the Dockerfile.
ListContext = Callable[[Path, Path], Iterable[str]]


class DockerEngine:
    """The engine that docker's command line would use; threads may share one object.

    Args:
        list_context: what of a build context is sent to the classic builder.

    Raises:
        UnreachableError: it does not answer (`engine-down`).
    """

    def __init__(self, list_context: ListContext) -> None:
        self._client = connect(timeout=_PATIENCE)
        self._api: Any = self._client.api  # half of it has no types
        self._list_context = list_context

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Its connections are closed."""
        self._client.close()

    def exists(self, reference: str) -> bool:
        """Whether the engine holds the image."""
        return self.inspect(reference) is not None

    def inspect(self, reference: str) -> Mapping[str, Any] | None:
        """What the engine says of an image, or None where it has none."""
        try:
            with _engine_errors():
                found: Mapping[str, Any] = self._api.inspect_image(reference)
                return found
        except ImagesError as error:
            if error.missing:
                return None
            raise

    def pull(self, reference: str, on_message: OnMessage) -> None:
        """The engine holds the image."""
        name, tag = _name_and_tag(reference)
        with _engine_errors():
            _follow(self._api.pull(name, tag=tag, stream=True, decode=True), on_message)

    def push(self, reference: str, on_message: OnMessage) -> None:
        """The registry has the image."""
        name, tag = _name_and_tag(reference)
        with _engine_errors():
            _follow(self._api.push(name, tag=tag, stream=True, decode=True), on_message)

    def tag(self, source: str, target: str) -> None:
        """Both refs name the same image."""
        name, tag = _name_and_tag(target)
        with _engine_errors():
            self._api.tag(source, name, tag=tag)

    def remove(self, reference: str) -> None:
        """No image of the engine has this name."""
        with _engine_errors():
            self._api.remove_image(reference)

    def load(self, archive: str) -> None:
        """The engine holds the images of an archive."""
        with _engine_errors(), Path(archive).open("rb") as file:
            _follow(self._api.load_image(file), lambda _: None)

    def save(self, references: Sequence[str], archive: str) -> None:
        """The archive holds the images, each layer once; it is incomplete where this fails."""
        api = self._api
        with _engine_errors(), Path(archive).open("wb") as file:
            # the SDK saves one image at a time
            url = f"{api.base_url}/v{api.api_version}/images/get"
            answer = api.get(url, params={"names": list(references)}, stream=True, timeout=_PATIENCE)
            with answer:
                answer.raise_for_status()
                file.writelines(answer.iter_content(_PIECE))

    def build(self, build: ClassicBuild, on_message: OnMessage) -> None:
        """The engine holds the image of the build."""
        first, *others = build.tags
        with _engine_errors():
            _follow(
                self._api.build(
                    **self._what(build),
                    tag=first,
                    target=build.target,
                    platform=build.platform,
                    buildargs=_known(build.build_args),
                    cache_from=list(build.cache_from),
                    rm=True,
                    forcerm=True,
                    decode=True,
                    timeout=None,
                ),
                on_message,
            )
        for other in others:
            self.tag(first, other)

    def _what(self, build: ClassicBuild) -> dict[str, Any]:
        """The context and Dockerfile as the SDK's arguments."""
        if "://" in build.context:
            return {"path": build.context, "dockerfile": build.dockerfile}
        root, file = Path(build.context), Path(build.dockerfile)
        names = self._list_context(root, file)
        inside = _name_below(root, file)
        if inside:
            # sent even where .dockerignore leaves them out: the engine drops them once it has read them
            sent = [name for name in (_IGNORE, inside) if (root / name).is_file()]
            extra = {}
        else:
            sent, extra = [], _dockerfile_from_elsewhere(root, file)
        tar = context_archive(root, dict.fromkeys((*names, *sent)), extra=extra)
        return {"fileobj": tar, "custom_context": True, "dockerfile": inside or _ELSEWHERE}


def _dockerfile_from_elsewhere(root: Path, file: Path) -> dict[str, bytes]:
    """What puts a Dockerfile into a context that it does not lie in, where no COPY can see it."""
    ignore = root / _IGNORE
    before = read_bytes(ignore) if ignore.is_file() else _IGNORE.encode("ascii")
    return {_IGNORE: before + f"\n{_ELSEWHERE}\n".encode("ascii"), _ELSEWHERE: read_bytes(file)}


def _name_below(root: Path, file: Path) -> str | None:
    """The path of a file from the folder that it lies in, or None where it lies elsewhere."""
    try:
        return file.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return None


def _known(build_args: Mapping[str, str | None]) -> dict[str, str]:
    """The build arguments, those without a value from the environment, if it has one."""
    found = {name: os.environ.get(name) if value is None else value for name, value in build_args.items()}
    return {name: value for name, value in found.items() if value is not None}


def _name_and_tag(reference: str) -> tuple[str, str]:
    """A ref as docker's API takes it: the name, and a tag or digest."""
    parsed = parse_reference(reference)
    return parsed.name, parsed.digest or parsed.tag or DEFAULT_TAG


def _follow(messages: Iterator[Mapping[str, Any]], on_message: OnMessage) -> None:
    """Hands on every message of an operation; the engine tells its failure in one of them."""
    failure = None
    for message in messages:  # to the end, which gives the connection back
        on_message(message)
        if "error" in message:
            failure = str(message.get("errorDetail", {}).get("message") or message["error"])
    if failure is not None:
        raise ImagesError(failure, missing=_is_missing(failure))


@contextmanager
def _engine_errors() -> Iterator[None]:
    """Turns what the SDK raises into the error that the executor knows."""
    try:
        yield
    except HTTPError as cause:  # the SDK's own errors of a status are of this family too
        status = cause.response.status_code if cause.response is not None else None
        text = words(cause) if isinstance(cause, APIError) else _told(cause)
        raise ImagesError(text, missing=status == HTTPStatus.NOT_FOUND or _is_missing(text)) from cause
    except (DockerException, RequestException, OSError, ValueError) as cause:
        raise ImagesError(words(cause)) from cause


def _told(cause: HTTPError) -> str:
    """The message in the engine's answer."""
    try:
        return str(cause.response.json()["message"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return str(cause)


def _is_missing(text: str) -> bool:
    """Whether the engine's words mean that there is no such image."""
    return any(sign in text.lower() for sign in _MISSING)
