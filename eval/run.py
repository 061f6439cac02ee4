"""Answer every turn of every case, the turns of a case in one session, and grade it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.endpoint import Endpoint
from assistant.session import Session
from assistant.with_model import final_answer
from eval.cases import Case
from eval.grade import Asked, Graded, Grader


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a case as answered and graded."""

    answer: Answer
    graded: Graded


@dataclass(frozen=True, slots=True)
class Run:
    """One case as answered and graded; it passes when every turn does."""

    case: Case
    turns: tuple[Turn, ...]

    @property
    def passed(self) -> bool:
        """Whether every check of every turn holds."""
        return all(turn.graded.passed for turn in self.turns)

    @property
    def failed(self) -> tuple[str, ...]:
        """The checks that failed, with the number of their turn."""
        return tuple(
            f"{number}:{check}"
            for number, turn in enumerate(self.turns, 1)
            for check in turn.graded.faults
        )


def run_cases(
    assistant: Assistant, cases: Iterable[Case], endpoint: Endpoint | None = None
) -> list[Run]:
    """Answer and grade each case; a language model only where an endpoint is given."""
    return [
        graded_run(assistant, case, answers_to(assistant, case, endpoint))
        for case in cases
    ]


def answers_to(
    assistant: Assistant, case: Case, endpoint: Endpoint | None = None
) -> list[Answer]:
    """The answer to each turn of a case."""
    session = Session()
    return [
        final_answer(assistant, endpoint, turn.user, session, case.as_of)
        for turn in case.turns
    ]


def graded_run(assistant: Assistant, case: Case, answers: Sequence[Answer]) -> Run:
    """A case with its answers graded."""
    grader = Grader(assistant.index.library, assistant.rulebook)
    turns: list[Turn] = []
    said = ""
    for turn, answer in zip(case.turns, answers, strict=True):
        said += turn.user + "\n"
        asked = Asked(turn.expect, case.kind, said, case.as_of)
        turns.append(Turn(answer, grader.grade(answer, asked)))
    return Run(case, tuple(turns))


def write_answers(runs: Iterable[Run], path: Path) -> int:
    """Write {"id", "turns": [answer, …]} a line; returns the number of turns."""
    turns = 0
    with path.open("w", encoding="utf-8") as file:
        for run in runs:
            rows = [turn.answer.to_json() for turn in run.turns]
            turns += len(rows)
            row = {"id": run.case.id, "turns": rows}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return turns
