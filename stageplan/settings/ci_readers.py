"""How a fact is read from CI variables: each function gives a reader for `ci_systems`."""

from collections.abc import Callable, Mapping

Env = Mapping[str, str]
Event = Mapping[str, object]
Detector = Callable[[Env], bool]
Reader = Callable[[Env], str | None]
Judge = Callable[[Env, Event], bool]


def first(*names: str) -> Reader:
    """The first of these variables that is set and not empty."""
    return lambda env: next((env[name] for name in names if env.get(name)), None)


def branch_in(*names: str) -> Reader:
    """The first of these that names a branch: as it stands, or as `refs/heads/…` without that."""

    def read(env: Env) -> str | None:
        words = (env.get(name, "") for name in names)
        branches = (word.removeprefix("refs/heads/") for word in words)
        return next((branch for branch in branches if branch and not branch.startswith("refs/")), None)

    return read


def tag_in(name: str) -> Reader:
    """The tag in a variable like `refs/tags/v1`."""
    return lambda env: env.get(name, "").removeprefix("refs/tags/") if _is_tag(env, name) else None


def _is_tag(env: Env, name: str) -> bool:
    return env.get(name, "").startswith("refs/tags/")


def is_set(*names: str) -> Judge:
    """Whether one of these variables says something other than no."""
    return lambda env, _: any(env.get(name, "").lower() not in {"", "false", "0"} for name in names)


def equals(name: str, *values: str) -> Judge:
    """Whether the variable has one of these values."""
    return lambda env, _: env.get(name) in values


def from_elsewhere(judge: Judge, source: str, own: str) -> Judge:
    """Whether it is a pull request and its source is not known to be the repository itself."""
    return lambda env, event: judge(env, event) and not same_repository(env.get(source), env.get(own))


def same_repository(left: str | None, right: str | None) -> bool:
    """Whether two addresses, in any of git's notations, end in the same owner and name."""
    return bool(left) and _owner_and_name(left or "") == _owner_and_name(right or "")


def _owner_and_name(address: str) -> tuple[str, ...]:
    path = address.lower().rstrip("/").removesuffix(".git")
    return tuple(path.replace(":", "/").split("/")[-2:])


def text_at(event: Event, *path: str) -> str | None:
    """The text at a path of an event, or None where the path ends elsewhere."""
    place: object = event
    for key in path:
        place = place.get(key) if isinstance(place, Mapping) else None
    return place if isinstance(place, str) else None


def says(name: str, value: str) -> Detector:
    """Whether a variable has this value, in any case."""
    return lambda env: env.get(name, "").lower() == value


def has(name: str) -> Detector:
    """Whether a variable is set and not empty."""
    return lambda env: bool(env.get(name))
