"""Gold cases: questions by turn, and what a right answer must hold."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.shapes import Bound


class CaseError(Exception):
    """A line of a gold file cannot be read; says which one and why."""


class Amount(BaseModel):
    """A sum that the answer must hold, in yuan, with the bounds that it may have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    yuan: Decimal
    bound: Bound | tuple[Bound, ...]

    @property
    def bounds(self) -> frozenset[str]:
        """The bounds that are right."""
        one = (self.bound,) if isinstance(self.bound, str) else self.bound
        return frozenset(one)


class Expect(BaseModel):
    """What the answer to one turn is graded by; absent fields are not graded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    behaviour: tuple[str, ...] = ()
    clauses: tuple[tuple[str, ...], ...] = ()  # AND of groups, OR inside a group
    must_say: tuple[tuple[str, ...], ...] = ()
    must_not_say: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    not_amounts: tuple[Decimal, ...] = ()
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
