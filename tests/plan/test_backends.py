"""Every parameter of every backend is checked; BuildKit itself would take the wrong ones silently."""

import pytest

from stageplan.errors import UsageError
from stageplan.plan.backends import check_options


@pytest.mark.parametrize(
    ("backend", "given", "message", "hint"),
    [
        pytest.param(
            *("registry", (("mode", "maximum"),)),
            *("'--cache-option mode=maximum' is no value of the registry cache", "it is one of min, max"),
            id="mode: BuildKit would take it as min",
        ),
        pytest.param(
            *("registry", (("ignore-error", "yes"),)),
            *(
                "'--cache-option ignore-error=yes' is no value of the registry cache",
                "it is one of true, false",
            ),
            id="bool: BuildKit would take it as false",
        ),
        pytest.param(
            *("registry", (("mod", "max"),)),
            *("the registry cache has no option 'mod'", "did you mean 'mode'?"),
            id="unknown key: BuildKit would leave it out",
        ),
        pytest.param(
            *("registry", (("compression", "lzma"),)),
            "'--cache-option compression=lzma' is no value of the registry cache",
            "it is one of uncompressed, gzip, estargz, zstd",
            id="compression",
        ),
        pytest.param(
            *("local", (("compression-level", "99"),)),
            *("'--cache-option compression-level=99' is no whole number from 0 to 22", "correct the value"),
            id="level out of every range",
        ),
        pytest.param(
            *("local", (("compression-level", "12"),)),
            *("'--cache-option compression-level=12' is too high for gzip", "gzip takes 0 to 9"),
            id="level out of gzip's range",
        ),
        pytest.param(
            *("registry", (("oci-mediatypes", "false"), ("image-manifest", "true"))),
            *("'--cache-option image-manifest=true' needs OCI media types", "leave out oci-mediatypes=false"),
            id="keys that do not go together",
        ),
        pytest.param(
            *("registry", (("oci-mediatypes", "false"), ("compression", "zstd"))),
            *("'--cache-option compression=zstd' needs OCI media types", "leave out oci-mediatypes=false"),
            id="zstd without OCI",
        ),
        pytest.param(
            *("registry", (("mode", "min"), ("mode", "max"))),
            *("'--cache-option mode' is given twice", "keep one of them"),
            id="twice",
        ),
        pytest.param(
            *("inline", (("mode", "max"),)),
            *("the inline cache has no option 'mode'", "inline caches take no options"),
            id="inline is always min",
        ),
        pytest.param(
            *("s3", (("bucket", "b"),)),
            *("the s3 cache needs 'region'", "add --cache-option region=…"),
            id="missing",
        ),
        pytest.param(
            *("s3", (("bucket", "b"), ("region", "r"), ("secret_access_key", "k"))),
            "'--cache-option secret_access_key' is a secret and may not stand in a plan",
            "give it to docker by the environment",
            id="secret",
        ),
        pytest.param(
            *("gha", (("timeout", "10"),)),
            *("'--cache-option timeout=10' is no duration such as 90s, 10m or 24h", "correct the value"),
            id="duration",
        ),
    ],
)
def test_a_wrong_option_is_refused(
    backend: str, given: tuple[tuple[str, str], ...], message: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        check_options(backend, given)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_options_go_to_the_side_that_takes_them() -> None:
    options = check_options(
        "s3", (("region", "r"), ("bucket", "b"), ("mode", "max"), ("touch_refresh", "24h"))
    )
    assert options.on_import == (("bucket", "b"), ("region", "r"))
    assert options.on_export == (("bucket", "b"), ("mode", "max"), ("region", "r"), ("touch_refresh", "24h"))
