"""`retrieval`: where the first gold clause stands, case by case."""

from collections.abc import Sequence
from dataclasses import asdict

from eval.ablation import WHOLE
from eval.cases import Case
from eval.metrics import first_rank
from eval.outcome import Outcome, Row
from eval.retrieval import scores
from eval.sections import of_retrieval
from prompts import say


def retrieval_outcome(cases: Sequence[Case], ranked: dict[str, list[str]]) -> Outcome:
    """Each case with the rank of its first gold clause; it passes at rank 1."""
    found = scores(cases, ranked)
    rows = [
        Row(
            id=case.id,
            kind=case.kind,
            passed=rank == 1,
            reason="" if rank == 1 else say("evaluation.rank", rank=rank or ">10"),
            question=case.turns[0].user,
            answer=" ".join(ranked[case.id]),
            gold=" ".join(clause for group in groups for clause in group),
            note=case.note,
        )
        for case in cases
        if len(case.turns) == 1 and (groups := case.turns[0].expect.clauses)
        for rank in [first_rank(ranked[case.id], groups)]
    ]
    return Outcome(rows, asdict(found), list(of_retrieval({WHOLE: found})))
