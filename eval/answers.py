"""Answer every turn of every case, the turns of a case in one session."""

import json
from collections.abc import Iterable
from pathlib import Path

from assistant.chat import Assistant
from assistant.endpoint import Endpoint
from assistant.session import Session
from assistant.with_model import final_answer
from eval.cases import Case


def write_answers(
    assistant: Assistant,
    cases: Iterable[Case],
    path: Path,
    endpoint: Endpoint | None = None,
) -> int:
    """Write {"id", "turns": [answer, …]} a line; returns the number of turns.

    A language model words the answers only where an endpoint is given.
    """
    turns = 0
    with path.open("w", encoding="utf-8") as file:
        for case in cases:
            session = Session()
            rows = [
                final_answer(
                    assistant, endpoint, turn.user, session, case.as_of
                ).to_json()
                for turn in case.turns
            ]
            turns += len(rows)
            row = {"id": case.id, "turns": rows}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return turns
