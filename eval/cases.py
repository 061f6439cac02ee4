"""Gold cases: questions by turn, and what a right answer must hold."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class CaseError(Exception):
    """A line of a gold file cannot be read; says which one and why."""


class Expect(BaseModel):
    """What the answer to one turn is graded by; absent fields are not graded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    behaviour: tuple[str, ...] = ()
    clauses: tuple[tuple[str, ...], ...] = ()  # AND of groups, OR inside a group
    must_say: tuple[tuple[str, ...], ...] = ()
    must_not_say: tuple[str, ...] = ()
    amounts: tuple[dict[str, Any], ...] = ()
    not_amounts: tuple[str, ...] = ()
    notice: tuple[str, ...] = ()
    verdict: str | None = None


class CaseTurn(BaseModel):
    """One turn of a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str
    expect: Expect = Expect()


class Case(BaseModel):
    """One gold case; its turns are one conversation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: str
    as_of: date
    turns: tuple[CaseTurn, ...]
    note: str = ""


def load_cases(path: Path) -> list[Case]:
    """The cases of a JSONL file; raises CaseError naming file and line."""
    cases: list[Case] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            cases.append(Case.model_validate(json.loads(line)))
        except (ValidationError, json.JSONDecodeError) as error:
            raise CaseError(f"{path}:{number}: {error}") from error
    return cases
