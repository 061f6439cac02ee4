"""Whether a gold case can be trusted: its ids, its figures and its reason."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product

from eval.cases import Case, CaseTurn
from eval.says import flat
from eval.supported import Number, numbers, said_numbers
from eval.working import results
from index.read import Clause
from prompts import say


def case_faults(case: Case, clauses: Mapping[str, Clause]) -> list[str]:
    """What is wrong with a case, in words; [] for one that stands.

    Every clause exists, the note says why, and every sum wanted stands in a clause of
    the case, or the note works it out, or it is a clause's rate of what the asker said.
    """
    found = [] if case.note.strip() else [say("evaluation.check.no_note")]
    found += [
        say("evaluation.check.no_clause", clause=clause)
        for clause in _clauses(case)
        if clause not in clauses and not clause.endswith(("#前言", "#结语"))
    ]
    worked, wrong = results(case.note)
    found += [say("evaluation.check.working", working=w) for w in wrong]
    known = [clauses[c].text for c in _clauses(case) if c in clauses]
    stated = numbers("\n".join(known))
    said = ""
    for turn in case.turns:
        said += turn.user + "\n"
        borne = worked | _values(stated) | recomputed(stated, said_numbers(said))
        found += _turn_faults(turn, borne, _values(said_numbers(said)))
    return found


def repeated(cases: Iterable[Case], shared: Iterable[Case]) -> list[str]:
    """The ids of the cases with a question of the shared set."""
    asked = {_bare(turn.user) for case in shared for turn in case.turns}
    return [c.id for c in cases if any(_bare(t.user) in asked for t in c.turns)]


def _clauses(case: Case) -> list[str]:
    wanted = (c for t in case.turns for group in t.expect.clauses for c in group)
    return list(dict.fromkeys(wanted))


def _turn_faults(
    turn: CaseTurn, borne: set[Decimal], said: set[Decimal]
) -> Iterator[str]:
    """The sums wanted of one turn that nothing bears out."""
    expect = turn.expect
    wanted = {amount.yuan for amount in expect.amounts}
    for group in expect.must_say:
        sums = [_values({n for n in numbers(word) if n[0]}) for word in group]
        # One spelling that is borne out is enough for the group.
        if sums and all(sums) and not any(s <= borne | said for s in sums):
            wanted |= sums[0]
    for yuan in sorted(wanted - borne):
        yield say("evaluation.check.no_source", sum=f"{yuan:f}")


def recomputed(stated: set[Number], said: set[Number]) -> set[Decimal]:
    """A clause's rates of the asker's sums, and no other arithmetic."""
    rates = [value / 100 for kind, value in stated if kind == "%"]
    sums = [value for kind, value in said if kind == "元"]
    return {a * b for a, b in product(rates, sums)}


def _values(found: Iterable[Number]) -> set[Decimal]:
    return {value for _, value in found}


def _bare(question: str) -> str:
    """The letters of a question alone."""
    return "".join(c for c in flat(question) if c.isalnum()) or question
