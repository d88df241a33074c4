"""YAML that every CI system reads alike."""

from typing import Any

import yaml

from stageplan.render.jobs.job_file import JobFile, header

_WIDEST = 10**6  # a folded command is hard to copy


class _Dumper(yaml.SafeDumper):
    """Sequences indented as people write them, texts of several lines as blocks, and no anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(file: JobFile, *documents: dict[str, Any]) -> str:
    """The file, its keys in the order of the documents."""
    dumped = (
        yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDEST)
        for document in documents
    )
    return header(file) + "---\n".join(dumped)
