"""`RUN --mount`: the record, its fields, and what does not go together."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.dockerfile.mount_options import (
    Mount,
    MountError,
    declared_from,
    parse_mount,
    split_fields,
)
from stageplan.dockerfile.variables import ExpansionError, expand

VECTORS = json.loads(Path("fixtures/vectors/mount_csv.json").read_text(encoding="utf-8"))


def with_variables(**env: str) -> Callable[[str], str]:
    return lambda word: expand(word, env)


def mount(**values: Any) -> Mount:
    defaults: dict[str, Any] = {
        "type": "bind",
        "from_": "",
        "source": "",
        "target": "",
        "read_only": True,
        "id": "",
        "sharing": None,
        "mode": None,
        "uid": None,
        "gid": None,
        "env": None,
        "required": False,
        "size": 0,
    }
    return Mount(**(defaults | values))


@pytest.mark.parametrize("vector", VECTORS, ids=[str(i) for i in range(len(VECTORS))])
def test_a_record_is_split_as_the_builder_splits_it(vector: dict[str, Any]) -> None:
    if "error" in vector:
        with pytest.raises(MountError) as caught:
            split_fields(vector["text"])
        assert str(caught.value) == f"failed to parse csv mounts: {vector['error']}"
    else:
        assert split_fields(vector["text"]) == tuple(vector["fields"])


@pytest.mark.parametrize(
    ("text", "column"),
    [
        pytest.param('"a""b', 5, id="open behind a pair"),
        pytest.param('é,"a"b', 6, id="columns are bytes"),
        pytest.param('a,"', 4, id="open at the end"),
    ],
)
def test_a_quote_in_a_wrong_place(text: str, column: int) -> None:
    with pytest.raises(MountError) as caught:
        split_fields(text)
    assert str(caught.value) == (
        f"failed to parse csv mounts: parse error on line 1, column {column}: "
        'extraneous or missing " in quoted-field'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("target=/m", mount(target="/m"), id="bind"),
        pytest.param(
            'TYPE=bind,From=base,"src=/a,b",dst=/m,rw',
            mount(from_="base", source="/a,b", target="/m", read_only=False),
            id="every word in its other spelling",
        ),
        pytest.param(
            "type=cache,id=$ID,target=/c,sharing=Locked,mode=0755,uid=1000,gid=0",
            mount(
                type="cache",
                id="one",
                target="/c",
                read_only=False,
                sharing="locked",
                mode=0o755,
                uid=1000,
                gid=0,
            ),
            id="cache, its id from a variable",
        ),
        pytest.param("type=cache,target=/c,ro", mount(type="cache", target="/c"), id="read-only cache"),
        pytest.param(
            "type=tmpfs,target=/t,size=1.5 GiB",
            mount(type="tmpfs", target="/t", read_only=False, size=1610612736),
            id="tmpfs",
        ),
        pytest.param(
            "type=secret,id=s,required,env=",
            mount(type="secret", id="s", required=True, env=""),
            id="secret in a variable",
        ),
        pytest.param("type=ssh,required=0", mount(type="ssh"), id="ssh"),
        pytest.param("readwrite=false,target=/m", mount(target="/m"), id="not writable"),
        pytest.param("type=$NONE,type=tmpfs", mount(type="tmpfs", read_only=False), id="the last one counts"),
    ],
)
def test_a_mount_is_what_its_fields_say(text: str, expected: Mount) -> None:
    assert parse_mount(text, with_variables(ID="one", NONE="bind")) == expected


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param("form=dep", "unexpected key 'form' in 'form=dep'", "did you mean 'from'?", id="key"),
        pytest.param("zzzzzz=1", "unexpected key 'zzzzzz' in 'zzzzzz=1'", None, id="key like no other"),
        pytest.param("type=cahce", 'unsupported mount type "cahce"', "did you mean 'cache'?", id="type"),
        pytest.param(
            "type=cache,sharing=lokced",
            'unsupported sharing value "lokced"',
            "did you mean 'locked'?",
            id="sharing",
        ),
        pytest.param("target", "invalid field 'target' must be a key=value pair", None, id="no value"),
        pytest.param("", "failed to parse csv mounts: EOF", None, id="nothing"),
        pytest.param("ro=yes", "invalid value for ro: yes", None, id="boolean"),
        pytest.param("rw=", "invalid value for rw: ", None, id="no boolean"),
        pytest.param("required", "unexpected key 'required' for mount type 'bind'", None, id="required"),
        pytest.param(
            "size=1,type=tmpfs", "unexpected key 'size' for mount type 'bind'", None, id="size before type"
        ),
        pytest.param("type=tmpfs,size=big", "invalid value for size: big", None, id="size"),
        pytest.param("type=cache,mode=8", "invalid value 8 for mode", None, id="mode"),
        pytest.param("type=cache,uid=4294967296", "invalid value 4294967296 for uid", None, id="uid"),
        pytest.param("type=cache,gid=+1", "invalid value +1 for gid", None, id="gid"),
        pytest.param("mode=0", 'mode not allowed for "bind" type mounts', None, id="mode of a bind"),
        pytest.param(
            "type=tmpfs,uid=0", 'uid not allowed for "tmpfs" type mounts', None, id="owner of a tmpfs"
        ),
        pytest.param("gid=0", 'gid not allowed for "bind" type mounts', None, id="group of a bind"),
        pytest.param(
            "type=secret,from=dep,target=/m",
            "secret mount should not have a from",
            None,
            id="secret of a stage",
        ),
        pytest.param(
            "type=secret,id=x,sharing=shared",
            "secret mount should not define sharing",
            None,
            id="shared secret",
        ),
        pytest.param(
            "type=secret",
            "invalid secret mount. one of source, target required",
            None,
            id="secret without a name",
        ),
        pytest.param(
            "type=secret,id=x,src=y", "both source and id can't be set", None, id="secret with two names"
        ),
        pytest.param(
            "type=ssh,sharing=shared", "invalid cache sharing set for ssh mount", None, id="shared agent"
        ),
    ],
)
def test_a_mistake_is_told_as_the_builder_tells_it(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(MountError) as caught:
        parse_mount(text, with_variables())
    assert (str(caught.value), caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param("type=cache,from=a,FROM=b", "b", id="the last one counts"),
        pytest.param("type=$T,target=/m", "", id="none"),
        pytest.param("from=a$,from", "a$", id="a dollar at the end is no variable"),
        pytest.param("nonsense,from='a'", "'a'", id="quotes stay, and nothing else is looked at"),
    ],
)
def test_the_source_is_known_before_anything_is_expanded(text: str, source: str) -> None:
    assert declared_from(text) == source


def test_the_source_holds_no_variable() -> None:
    with pytest.raises(MountError) as caught:
        declared_from("type=bind,from=${SRC},target=/m")
    assert str(caught.value) == "'from' doesn't support variable expansion, define alias stage instead"


def test_an_error_in_a_variable_goes_through() -> None:
    with pytest.raises(ExpansionError, match="SRC: needed"):
        parse_mount("source=${SRC:?needed}", with_variables())


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1024", 1024),
        ("64m", 64 << 20),
        ("64 MB", 64 << 20),
        ("1e3", 1000),
        ("0x1p4k", 16 << 10),
        (".5k", 512),
        ("1b", 1),
        ("99999p", 2**63 - 1),
        ("-1", None),
        ("k", None),
        ("1e999", None),
        ("0x1p9999", None),
        ("1kk", None),
        ("1 k b", None),
        ("1..2", None),
    ],
)
def test_a_size_of_memory(text: str, size: int | None) -> None:
    if size is None:
        with pytest.raises(MountError, match=r"^invalid value for size: "):
            parse_mount(f"type=tmpfs,size={text}", str)
    else:
        assert parse_mount(f"type=tmpfs,size={text}", str).size == size


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet='abc,"=\n é', max_size=20))
def test_a_record_is_split_or_refused(text: str) -> None:
    try:
        fields = split_fields(text)
    except MountError:
        return
    quoted = ",".join('"' + field.replace('"', '""') + '"' for field in fields)
    assert split_fields(quoted) == fields
