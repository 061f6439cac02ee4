"""`answers`: every turn of a gold set answered, graded and taken apart."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.chat import Assistant
from eval import sections
from eval.ablation import variants
from eval.cases import Case, CaseTurn, Expect
from eval.outcome import Outcome, Row
from eval.refusal import sweep
from eval.run import Run, Turn
from eval.tally import (
    Rates,
    by_check,
    by_document,
    by_kind,
    citation_precision,
    confusion,
    documents_of,
    latencies,
    rate,
)
from prompts import say


def outcome_of(
    assistant: Assistant, cases: Sequence[Case], runs: Sequence[Run], data: Path
) -> Outcome:
    """The rows, metrics and tables of a run, with the parts of the search taken apart.

    Where no gold names a clause there is no retrieval to measure, and where nothing or
    everything must be refused no threshold.
    """
    asked = any(len(c.turns) == 1 and c.turns[0].expect.clauses for c in cases)
    retrieval = variants(assistant, cases, data) if asked else {}
    swept = sweep(assistant, cases)
    rates = {
        "passed": {say("evaluation.all"): rate(run.passed for run in runs)},
        "checks": by_check(runs),
        "kinds": by_kind(runs),
        "documents": by_document(runs),
    }
    titles = {d.id: d.short for d in assistant.index.library.documents.values()}
    named = {titles.get(d, d): r for d, r in rates["documents"].items()}
    tables = [
        *sections.of_rates({**rates, "documents": named}),
        *sections.of_retrieval(retrieval),
        sections.of_confusion(confusion(runs)),
        *sections.of_sweep(swept),
        sections.of_latencies(latencies(runs)),
    ]
    metrics = _metrics(runs, rates) | {
        "retrieval": {name: rounded(asdict(s)) for name, s in retrieval.items()},
        "refusal_sweep": {str(t): rounded(asdict(d)) for t, d in swept.items()},
    }
    return Outcome([row_of(run) for run in runs], metrics, tables)


def _metrics(runs: Sequence[Run], rates: Mapping[str, Rates]) -> dict[str, Any]:
    """The numbers of the answers as they stand in metrics.json."""
    precision = citation_precision(runs)
    numbers: dict[str, Any] = {name: as_numbers(own) for name, own in rates.items()}
    return numbers | {
        "cases": len(runs),
        "turns": sum(len(run.turns) for run in runs),
        "passed": numbers["passed"][say("evaluation.all")],
        "citation_precision": None if precision is None else round(precision, 4),
        "confusion": confusion(runs),
        "latency_ms": latencies(runs),
    }


def as_numbers(rates: Rates) -> dict[str, dict[str, float]]:
    """Rates as they stand in metrics.json."""
    return {
        name: {
            "right": found.right,
            "of": found.of,
            "share": round(found.share, 4),
            "low": round(found.interval[0], 4),
            "high": round(found.interval[1], 4),
        }
        for name, found in rates.items()
    }


def rounded(row: Mapping[str, float]) -> dict[str, float]:
    """Numbers as they stand in metrics.json, to four places."""
    return {name: round(value, 4) for name, value in row.items()}


def row_of(run: Run) -> Row:
    """A case as a person reads it: all turns, one under the other."""
    turns = list(zip(run.case.turns, run.turns, strict=True))
    reasons = [
        say("evaluation.turn", number=number, text=fault)
        for number, turn in enumerate(run.turns, 1)
        for fault in turn.graded.faults.values()
    ]
    return Row(
        id=run.case.id,
        kind=run.case.kind,
        passed=run.passed,
        reason="\n".join(reasons),
        question="\n".join(asked.user for asked in run.case.turns),
        answer="\n\n".join(_told(turn) for _, turn in turns),
        gold="\n".join(_wanted(asked) for asked, _ in turns),
        documents=" ".join(documents_of(run.case)),
        note=run.case.note,
    )


def _told(turn: Turn) -> str:
    """An answer with its behaviour in front."""
    verdict = turn.answer.verdict
    head = f"[{turn.answer.behaviour}{f' {verdict}' if verdict else ''}] "
    return head + turn.answer.to_markdown()


def _wanted(asked: CaseTurn) -> str:
    """The gold of a turn, without what it does not ask for."""
    given = asked.expect.model_dump()
    empty = Expect().model_dump()
    return "; ".join(f"{k}={v}" for k, v in given.items() if v != empty[k])
