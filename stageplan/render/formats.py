"""The formats that a plan is written down in; a new one is a row here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stageplan.plan.model import Plan
from stageplan.render.bake.document import bake_document
from stageplan.render.bake.hcl import write_hcl
from stageplan.render.bake.json import write_json
from stageplan.render.kaniko_pod import render_pods
from stageplan.render.shell import render_shell

DEFAULT: Final = "sh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What a plan can be written down as.

    Attributes:
        summary: what it is, in a few words.
        render: the text, from the plan and the version of stageplan.
        suffix: of a file name that asks for it; None: only `--format` does.
        executable: whether the file is run by its name.
        asks: whether the text holds what was there when it was written, as it cannot look by itself.
    """

    summary: str
    render: Callable[[Plan, str], str]
    suffix: str | None = None
    executable: bool = False
    asks: bool = False


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "sh": Format(
            summary="a POSIX sh script",
            render=lambda plan, version: render_shell(plan, version=version),
            suffix=".sh",
            executable=True,
        ),
        "bake": Format(
            summary="a JSON file for docker buildx bake",
            render=lambda plan, version: write_json(bake_document(plan, version=version)),
            suffix="bake.json",
            asks=True,
        ),
        "bake-hcl": Format(
            summary="the same as HCL",
            render=lambda plan, version: write_hcl(bake_document(plan, version=version)),
            suffix=".hcl",
            asks=True,
        ),
        "kaniko-pod": Format(
            summary="pods of Kubernetes that run kaniko",
            render=lambda plan, version: render_pods(plan, version=version),
        ),
    }
)


def format_for(file_name: str | None) -> str:
    """The name of the format that a file name asks for; that of a script where it asks for none."""
    found = (
        name
        for name, form in FORMATS.items()
        if file_name is not None and form.suffix is not None and file_name.endswith(form.suffix)
    )
    return next(found, DEFAULT)
