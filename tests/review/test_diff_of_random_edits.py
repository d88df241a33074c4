"""Random edits of random files: what is said to run again against what a real engine runs again.

Every command writes what no other does, where its user may, so contents change with their stage, but not
always what is copied. A step of its own at the beginning of each stage keeps the files apart, so one
engine serves them all.
"""

import os
import random
from pathlib import Path

import lab
from stageplan.review.diff.compare import compare
from tests.review.compared import side_in
from tests.review.test_diff_against_engine import ran, said

EXAMPLES = int(os.environ.get("STAGEPLAN_ENGINE_EXAMPLES", "20"))

Lines = list[str]


def generated(dice: random.Random, number: int) -> Lines:
    """A file of three to five stages, each of which the last one needs in some way."""
    count = dice.randint(3, 5)
    lines = ["FROM busybox:1.37 AS s0", f"RUN echo {number} > /number"]
    for stage in range(1, count):
        others = [f"s{other}" for other in range(stage)]
        base = dice.choice(["busybox:1.37", "s0", others[-1]])
        lines += [f"FROM {base} AS s{stage}", f"RUN echo {number}-{stage} > /number"]
        lines += [an_instruction(dice, others) for _ in range(dice.randint(1, 4))]
    needs = [f"COPY --from=s{stage} /number* /from-{stage}/" for stage in range(count - 1)]
    last = ["FROM s0 AS last", *needs, an_instruction(dice, ["s0"]), f"RUN echo {number} >> /last; true"]
    return [*lines, *last]


def an_instruction(dice: random.Random, others: Lines) -> str:
    unique = dice.randint(0, 10**9)
    return dice.choice(
        [
            f"RUN echo {unique} >> /number; true",
            f'RUN ["sh", "-c", "echo {unique} > /number-{unique}; true"]',
            f"RUN --mount=from={dice.choice(others)},target=/m cat /m/number* > /number-{unique}; true",
            f"RUN --mount=type=bind,source=b.txt,target=/b.txt cat /b.txt > /number-{unique}; true",
            "COPY a.txt /number-a",
            "COPY --link b.txt /number-b",
            f"COPY --from={dice.choice(others)} /number* /copied/",
            f"COPY --link --from={dice.choice(others)} /number* /linked/",
            f"WORKDIR /work/{unique % 3}",
            f"ENV NAME={unique % 5}",
            f"ARG VALUE={unique % 5}",
            f"LABEL name={unique}",
            "USER 1000",
            "USER 0",
            f"ADD --chmod=700 a.txt /number-{unique}",
            "WORKDIR sub",
            f"COPY <<E /number-{unique}\nheredoc {unique % 3}\nE",
        ]
    )


def edited(dice: random.Random, lines: Lines) -> Lines:
    """The file after one change, maybe of its order."""
    found = list(lines)
    places = [
        place
        for place, line in enumerate(found)
        if not line.startswith(("FROM", "COPY --from=s")) and not line.endswith("> /number")
    ]
    place = dice.choice(places)
    before = [line.split()[-1] for line in found[:place] if line.startswith("FROM")][:-1] or ["s0"]
    match dice.randint(0, 4):
        case 0:
            found.insert(place, an_instruction(dice, before))
        case 1:
            found[place] = an_instruction(dice, before)
        case 2:
            del found[place]
        case 3 if place + 1 in places:
            found[place : place + 2] = [found[place + 1], found[place]]
        case _:
            found = [line.replace("s1", "renamed") if "s1" in line.split() else line for line in found]
            found = [
                line.replace("from=s1 ", "from=renamed ").replace("from=s1,", "from=renamed,")
                for line in found
            ]
    return found


def write(folder: Path, lines: Lines, text: str) -> None:
    folder.mkdir()
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
    (folder / "a.txt").write_text(text)
    (folder / "b.txt").write_text(f"{lines[1]}\n")


def test_random_edits(engine: lab.Engine, tmp_path: Path) -> None:
    wrong = {}
    for number in range(EXAMPLES):
        dice = random.Random(number)  # noqa: S311 - the same files on every run
        lines = generated(dice, number)
        new_lines = edited(dice, lines)
        write(tmp_path / f"old-{number}", lines, "a\n")
        write(tmp_path / f"new-{number}", new_lines, dice.choice(["a\n", "a\n", "changed\n"]))
        old, new = side_in(tmp_path / f"old-{number}", "old"), side_in(tmp_path / f"new-{number}", "new")
        difference = compare(old, new)
        ran(engine, old, tmp_path / f"old-{number}")
        again = ran(engine, new, tmp_path / f"new-{number}")
        certain, perhaps = said(difference, "runs"), said(difference, "may")
        if not certain <= again <= certain | perhaps:
            wrong[number] = (
                sorted(again),
                sorted(certain),
                sorted(perhaps),
                "\n".join(lines),
                "\n".join(new_lines),
            )
    assert wrong == {}
