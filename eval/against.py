"""What has changed since an earlier run: case by case, and number by number."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from eval.outcome import CASES, METRICS, Outcome, Row
from prompts import say

# How long a step takes is told in every report; it is no difference in quality.
NO_QUALITY = ("latency_ms",)
# Of a rate its share is compared; the rest of it says the same once more.
OF_RATE = ("right", "of", "low", "high")


class BaselineError(Exception):
    """The folder to compare with holds no earlier run; says what is missing."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Cases by what became of them, and the numbers that are other than before."""

    broken: tuple[Row, ...]  # passed before, fail now
    mended: tuple[Row, ...]
    otherwise: tuple[Row, ...]  # fail as before, for another reason
    new: tuple[str, ...]  # ids
    gone: tuple[str, ...]
    numbers: Mapping[str, tuple[float, float]]  # before, now


def differences(outcome: Outcome, baseline: Path) -> Differences:
    """The differences from the run in `baseline`; raises BaselineError."""
    before = _rows(baseline / CASES)
    now = {row.id: row for row in outcome.rows}
    both = [(before[i], row) for i, row in now.items() if i in before]
    return Differences(
        broken=tuple(r for (passed, _), r in both if passed and not r.passed),
        mended=tuple(r for (passed, _), r in both if not passed and r.passed),
        otherwise=tuple(
            r
            for (passed, reason), r in both
            if not passed and not r.passed and reason != r.reason
        ),
        new=tuple(i for i in now if i not in before),
        gone=tuple(i for i in before if i not in now),
        numbers=_numbers(_metrics(baseline / METRICS), outcome.metrics),
    )


def _rows(path: Path) -> dict[str, tuple[bool, str]]:
    """Whether each case passed, and what was wrong."""
    if not path.is_file():
        raise BaselineError(say("evaluation.no_baseline", file=path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        if missing := {"id", "passed", "reason"} - set(table.fieldnames or ()):
            columns = "、".join(sorted(missing))
            raise BaselineError(say("evaluation.no_column", file=path, columns=columns))
        return {r["id"]: (r["passed"] == "True", r["reason"]) for r in table}


def _metrics(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BaselineError(say("evaluation.no_baseline", file=path))
    return json.loads(path.read_text("utf-8"))


def _numbers(
    before: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, tuple[float, float]]:
    old, new = dict(flat(before)), dict(flat(json.loads(json.dumps(now))))
    return {k: (old[k], v) for k, v in new.items() if k in old and old[k] != v}


def flat(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Every number of nested metrics by its path, latencies left out."""
    for name, value in metrics.items():
        if name in NO_QUALITY or (name in OF_RATE and "share" in metrics):
            continue
        if isinstance(value, dict):
            yield from flat(cast(dict[str, Any], value), f"{prefix}{name}.")
        elif isinstance(value, int | float):
            yield f"{prefix}{name}", value
