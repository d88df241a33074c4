"""The parameters that each cache backend of BuildKit takes, and the values they may have.

BuildKit accepts what it does not know: a misspelt mode is `min`, a misspelt key is ignored. So every key and
value is checked here before a command is written.

Source: BuildKit's `cache/remotecache/*` and `util/compression/attrs.go`, docker's pages on cache backends;
for `layers` the manual of `buildah build`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from stageplan.errors import UsageError, did_you_mean

_TRUE_OR_FALSE: Final = ("true", "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One key of a backend.

    Attributes:
        values: the words it may have; empty: see `check`.
        check: says what is wrong with a value, or None; for keys that take more than a few words.
        on_import: whether an import takes it.
        on_export: whether an export takes it.
        secret: whether it may never stand in a plan.
    """

    values: tuple[str, ...] = ()
    check: Callable[[str], str | None] = lambda value: None if value else "is empty"
    on_import: bool = False
    on_export: bool = True
    secret: bool = False


def _whole_number(low: int, high: int) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if value.isascii() and value.isdigit() and low <= int(value[:9]) <= high:
            return None
        return f"is no whole number from {low} to {high}"

    return check


def _duration(value: str) -> str | None:
    units = ("ms", "s", "m", "h")
    for unit in units:
        number = value.removesuffix(unit)
        if number != value and number.isascii() and number.isdigit():
            return None
    return "is no duration such as 90s, 10m or 24h"


_WORD: Final = Parameter()
_BOTH: Final = Parameter(on_import=True)
_FLAG: Final = Parameter(values=_TRUE_OR_FALSE)
_SECRET: Final = Parameter(on_import=True, secret=True)
_MODE: Final = {"mode": Parameter(values=("min", "max")), "ignore-error": _FLAG}
_LAYERS: Final = {
    "oci-mediatypes": _FLAG,
    "image-manifest": _FLAG,
    "compression": Parameter(values=("uncompressed", "gzip", "estargz", "zstd")),
    "compression-level": Parameter(check=_whole_number(0, 22)),
    "force-compression": _FLAG,
}

BACKENDS: Final[Mapping[str, Mapping[str, Parameter]]] = {
    "registry": _MODE | _LAYERS | {"registry.insecure": Parameter(values=_TRUE_OR_FALSE, on_import=True)},
    "inline": {},
    "layers": {
        "cache-ttl": Parameter(check=_duration, on_import=True, on_export=False),
        "timestamp": Parameter(check=_whole_number(0, 999_999_999), on_import=True, on_export=False),
        "source-date-epoch": Parameter(check=_whole_number(0, 999_999_999), on_import=True, on_export=False),
    },
    "local": _MODE | _LAYERS,
    "gha": _MODE
    | {
        "url": _BOTH,
        "url_v2": _BOTH,
        "token": _SECRET,
        "timeout": Parameter(check=_duration, on_import=True),
        "version": Parameter(values=("1", "2"), on_import=True),
        "repository": _BOTH,
        "ghtoken": _SECRET,
    },
    "s3": _MODE
    | {
        "bucket": _BOTH,
        "region": _BOTH,
        "prefix": _BOTH,
        "blobs_prefix": _BOTH,
        "manifests_prefix": _BOTH,
        "endpoint_url": _BOTH,
        "use_path_style": Parameter(values=_TRUE_OR_FALSE, on_import=True),
        "disable_accept_encoding": Parameter(values=_TRUE_OR_FALSE, on_import=True),
        "retry_mode": Parameter(values=("standard", "adaptive"), on_import=True),
        "retry_max_attempts": Parameter(check=_whole_number(0, 100), on_import=True),
        "access_key_id": _SECRET,
        "secret_access_key": _SECRET,
        "session_token": _SECRET,
        "touch_refresh": Parameter(check=_duration),
        "upload_parallelism": Parameter(check=_whole_number(1, 100)),
    },
    "azblob": _MODE
    | {
        "account_url": _BOTH,
        "account_name": _BOTH,
        "container": _BOTH,
        "prefix": _BOTH,
        "blobs_prefix": _BOTH,
        "manifests_prefix": _BOTH,
        "secret_access_key": _SECRET,
    },
}

_REQUIRED: Final = {"s3": ("bucket", "region"), "azblob": ("account_url",)}
_LEVELS: Final = {"gzip": 9, "estargz": 9, "zstd": 22}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendOptions:
    """The given options, sorted by key, as an import and as an export take them."""

    on_import: tuple[tuple[str, str], ...]
    on_export: tuple[tuple[str, str], ...]


def check_options(backend: str, given: tuple[tuple[str, str], ...]) -> BackendOptions:
    """The options of one backend, each key and value checked against its table.

    Raises:
        UsageError: an unknown key, a wrong value, a key given twice, a secret, a key that is missing,
            or keys that do not go together.
    """
    table = BACKENDS[backend]
    options: dict[str, str] = {}
    for key, value in given:
        if key not in table:
            raise _unknown_key(backend, key)
        if key in options:
            raise UsageError(
                "cache-option-twice", f"'--cache-option {key}' is given twice", hint="keep one of them"
            )
        _check_value(backend, key, value, table[key])
        options[key] = value
    for key in _REQUIRED.get(backend, ()):
        if key not in options:
            raise UsageError(
                "cache-option-missing",
                f"the {backend} cache needs '{key}'",
                hint=f"add --cache-option {key}=…",
            )
    _check_together(options)
    chosen = sorted(options.items())
    return BackendOptions(
        on_import=tuple((key, value) for key, value in chosen if table[key].on_import),
        on_export=tuple((key, value) for key, value in chosen if table[key].on_export),
    )


def _unknown_key(backend: str, key: str) -> UsageError:
    known = BACKENDS[backend]
    hint = did_you_mean(key, known) or (
        f"it takes {', '.join(sorted(known))}" if known else "inline caches take no options"
    )
    return UsageError("cache-option-unknown", f"the {backend} cache has no option '{key}'", hint=hint)


def _check_value(backend: str, key: str, value: str, parameter: Parameter) -> None:
    option = f"--cache-option {key}"
    if parameter.secret:
        raise UsageError(
            "cache-option-secret",
            f"'{option}' is a secret and may not stand in a plan",
            hint="give it to docker by the environment",
        )
    if parameter.values and value not in parameter.values:
        raise UsageError(
            "cache-option-value",
            f"'{option}={value}' is no value of the {backend} cache",
            hint=did_you_mean(value, parameter.values) or f"it is one of {', '.join(parameter.values)}",
        )
    wrong = None if parameter.values else parameter.check(value)
    if wrong:
        raise UsageError("cache-option-value", f"'{option}={value}' {wrong}", hint="correct the value")


def _check_together(options: Mapping[str, str]) -> None:
    compression = options.get("compression", "gzip")
    level = options.get("compression-level")
    if level is not None and int(level) > _LEVELS.get(compression, 0):
        raise UsageError(
            "cache-option-value",
            f"'--cache-option compression-level={level}' is too high for {compression}",
            hint=f"{compression} takes 0 to {_LEVELS.get(compression, 0)}",
        )
    dated = options.keys() & {"timestamp", "source-date-epoch"}
    if "cache-ttl" in options and dated:
        raise UsageError(
            "cache-option-value",
            f"'--cache-option cache-ttl={options['cache-ttl']}' goes by when a layer was made, "
            f"and '{min(dated)}' gives all of them one time",
            hint="keep one of the two",
        )
    if options.get("oci-mediatypes") == "false" and options.get("image-manifest") == "true":
        raise UsageError(
            "cache-option-value",
            "'--cache-option image-manifest=true' needs OCI media types",
            hint="leave out oci-mediatypes=false",
        )
    if options.get("oci-mediatypes") == "false" and compression in {"zstd", "estargz"}:
        raise UsageError(
            "cache-option-value",
            f"'--cache-option compression={compression}' needs OCI media types",
            hint="leave out oci-mediatypes=false",
        )
