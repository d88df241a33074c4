"""The list of cases in which a key is stricter than the builder is the one that the engine's tests allow."""

import re
from pathlib import Path

from tests.keys.edits import BRANCH_EDITS, WHOLE_EDITS

PASSED_ON = "files that came out the same"


def test_the_written_list_is_the_tested_one() -> None:
    text = Path("docs/keys.md").read_text(encoding="utf-8")
    table = text.partition("| change | why the key changes |\n|---|---|\n")[2].partition("\n\n")[0]
    written = set(re.findall(r"^\| (.+?) \|", table, re.MULTILINE))
    tested = {name for edits in (BRANCH_EDITS, WHOLE_EDITS) for name, edit in edits.items() if edit.stricter}
    assert written == tested | {PASSED_ON}
