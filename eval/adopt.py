"""A stored turn made into a gold case, with what a person says is right."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from assistant.staff.reviews import reviews
from assistant.turn_log import TurnLog
from eval.cases import Case, CaseError, CaseTurn, Expect, load_cases
from eval.gold_check import case_faults
from eval.gold_table import amounts_of, groups_of
from index.read import Clause
from prompts import say

ADOPTED = Path(__file__).with_name("cases") / "feedback.jsonl"


def adopted(path: Path = ADOPTED) -> set[str]:
    """The ids of the cases that were adopted before; raises CaseError."""
    return {case.id for case in load_cases(path)} if path.exists() else set()


def adopt_reviews(
    log: TurnLog, clauses: Mapping[str, Clause], path: Path = ADOPTED
) -> tuple[list[str], dict[str, str]]:
    """The ids of what supervisors said is right and is now a case, oldest first.

    And by turn why the others do not stand. Raises TurnLogError or CaseError.
    """
    known, made, faults = adopted(path), list[str](), dict[str, str]()
    for found in reversed(reviews(log)):
        if f"fb-{found.turn}" in known:
            continue
        right = found.right
        try:
            expect = correction(
                right.behaviour,
                right.clauses,
                right.must_say,
                right.amounts,
                list(right.notices),
                right.verdict,
            )
            note = say("evaluation.adopt.note", note=found.note, who=found.who)
            made.append(adopt(log, found.turn, expect, note, clauses, path).id)
        except CaseError as error:
            faults[found.turn] = str(error)
    return made, faults


def correction(
    behaviour: str,
    clauses: str,
    must_say: str,
    amounts: str,
    notices: list[str],
    verdict: str | None,
) -> Expect:
    """What a person says is right, in the words of a table's cells.

    Raises CaseError for a sum that cannot be read.
    """
    return Expect(
        behaviour=(behaviour,),
        clauses=groups_of(clauses),
        must_say=groups_of(must_say),
        amounts=amounts_of(amounts),
        notice=tuple(notices),
        verdict=verdict,
    )


def adopt(
    log: TurnLog,
    turn: str,
    expect: Expect,
    note: str,
    clauses: Mapping[str, Clause],
    path: Path = ADOPTED,
) -> Case:
    """Append the case of a turn, with the turns before it, to the adopted ones.

    Raises TurnLogError where there is no such turn, CaseError where the correction
    does not stand or the turn was adopted before.
    """
    stored = log.turn(turn)
    asked = [CaseTurn(user=before.question) for before in log.before(stored)]
    try:
        case = Case(
            id=f"fb-{stored.id}",
            kind="feedback",
            as_of=stored.as_of,
            turns=(*asked, CaseTurn(user=stored.question, expect=expect)),
            note=note,
        )
    except ValidationError as error:
        raise CaseError(str(error)) from error
    if faults := case_faults(case, clauses):
        raise CaseError("\n".join(faults))
    if case.id in adopted(path):
        raise CaseError(say("evaluation.adopt.known", id=case.id, file=path))
    row = case.model_dump(mode="json")
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return case
