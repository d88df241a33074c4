import pytest

from lab.apt import AptError, source_for

DEB822 = """\
# a mirror
Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
# the main one
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian.gpg
"""
WANTED = "Types: deb\nURIs: http://mirror.example/debian\nSuites: sid\nComponents: main\n"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param([DEB822], WANTED + "Signed-By: /usr/share/keyrings/debian.gpg\n", id="deb822"),
        pytest.param(
            ["deb [arch=amd64 signed-by=/k] http://mirror.example/debian bookworm main\n"],
            WANTED,
            id="one-line",
        ),
        # another vendor's repository says a suite of its own
        pytest.param(
            [DEB822.replace("bookworm", "nodistro"), "deb http://mirror.example/debian bookworm main"],
            WANTED,
            id="foreign-first",
        ),
        pytest.param(
            ["Enabled: no\n" + DEB822.split("\n\n")[1], "deb http://mirror.example/debian bookworm main"],
            WANTED,
            id="disabled-first",
        ),
    ],
)
def test_a_source_is_the_machines_own_with_another_suite(texts: list[str], expected: str) -> None:
    assert source_for("sid", texts, codename="bookworm") == expected


@pytest.mark.parametrize(
    "texts", [[], ["deb-src http://mirror.example/debian bookworm main\n"]], ids=["none", "src"]
)
def test_without_a_source_of_the_release_there_is_no_suite(texts: list[str]) -> None:
    with pytest.raises(AptError) as caught:
        source_for("sid", texts, codename="bookworm")
    assert str(caught.value) == "apt has no source with the suite 'bookworm'"
