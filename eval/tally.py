"""Numbers over many graded cases: rates with intervals, confusions, latencies."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

import numpy as np

from eval.cases import Case
from eval.interval import wilson
from eval.run import Run

BEHAVIOURS = ("answer", "clarify", "refuse")
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, with Wilson's interval at 95 %."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 1 where nothing was asked."""
        return self.right / self.of if self.of else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the share."""
        return wilson(self.right, self.of)


Rates = dict[str, Rate]


def rate(passed: Iterable[bool]) -> Rate:
    """The rate of a row of yes and no."""
    row = list(passed)
    return Rate(sum(row), len(row))


def by_check(runs: Sequence[Run]) -> Rates:
    """How often each check held among the turns it was made for."""
    made: dict[str, list[bool]] = defaultdict(list)
    for run in runs:
        for turn in run.turns:
            for check in turn.graded.checks:
                made[check].append(check not in turn.graded.faults)
            if turn.graded.first_right is not None:
                made["first_citation"].append(turn.graded.first_right)
    return {name: rate(made[name]) for name in sorted(made)}


def by_kind(runs: Sequence[Run]) -> Rates:
    """How many cases of each kind passed."""
    kinds = sorted({run.case.kind for run in runs})
    return {k: rate(r.passed for r in runs if r.case.kind == k) for k in kinds}


def by_document(runs: Sequence[Run]) -> Rates:
    """How many of the cases whose gold names a text passed, text by text."""
    found: dict[str, list[bool]] = defaultdict(list)
    for run in runs:
        for document in documents_of(run.case):
            found[document].append(run.passed)
    return {name: rate(found[name]) for name in sorted(found)}


def documents_of(case: Case) -> list[str]:
    """The texts whose clauses the gold of a case names."""
    clauses = (c for t in case.turns for group in t.expect.clauses for c in group)
    return sorted({clause.partition("#")[0] for clause in clauses})


def citation_precision(runs: Sequence[Run]) -> float | None:
    """The mean share of the citations of a turn that its gold names."""
    found = [t.graded.precision for run in runs for t in run.turns]
    shares = [p for p in found if p is not None]
    return mean(shares) if shares else None


def confusion(runs: Sequence[Run]) -> dict[str, dict[str, int]]:
    """Turns by the behaviour that the gold wants and the one that was shown.

    Where the gold admits several, a right one counts as wanted, else the first.
    """
    counted: Counter[tuple[str, str]] = Counter()
    for run in runs:
        for turn, asked in zip(run.turns, run.case.turns, strict=True):
            wanted, got = asked.expect.behaviour, turn.answer.behaviour
            if wanted:
                counted[(got if got in wanted else wanted[0], got)] += 1
    return {w: {g: counted[(w, g)] for g in BEHAVIOURS} for w in BEHAVIOURS}


def latencies(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """Percentiles of each step, in milliseconds."""
    spent: dict[str, list[float]] = defaultdict(list)
    for run in runs:
        for turn in run.turns:
            for step, milliseconds in turn.answer.timings.items():
                spent[step].append(milliseconds)
    return {
        step: {f"p{p}": round(float(np.percentile(values, p)), 2) for p in PERCENTILES}
        for step, values in spent.items()
    }
