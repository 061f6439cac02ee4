"""The gate: nothing may become worse than the committed baseline."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.chat import Assistant
from eval.against import flat
from eval.answers import as_numbers
from eval.cases import Case, load_cases
from eval.outcome import write_json
from eval.retrieval import rankings, scores
from eval.run import Run
from eval.tally import by_check, by_kind, citation_precision, confusion, rate
from index.yaml_files import load_yaml
from prompts import say

CASES = Path(__file__).with_name("cases")
BASELINE = Path(__file__).with_name("baseline")
METRICS, MISSED = BASELINE / "metrics.json", BASELINE / "missed.yaml"
# Of these not one turn may fail; a sum that is missed is listed with its case.
WHOLE = ("figures_supported", "quotes_true")
# Chroma's search is approximate and a sum of floats differs with the processor: of so
# many cases one may rank otherwise on another machine.
RANKED = ("retrieval.", "citation_precision")
RANKED_SLACK = 0.003


def gate_cases() -> list[Case]:
    """Every case of eval/cases/*.jsonl."""
    return [c for path in sorted(CASES.glob("*.jsonl")) for c in load_cases(path)]


def load_missed() -> dict[str, str]:
    """The cases that are known to fail, each with the reason; raises DataError."""
    return load_yaml(MISSED) or {}


def load_baseline() -> dict[str, Any]:
    """The metrics that were committed."""
    return json.loads(METRICS.read_text("utf-8"))


def gate_metrics(assistant: Assistant, runs: Sequence[Run]) -> dict[str, Any]:
    """What the gate holds against the baseline; no time is among it."""
    cases = [run.case for run in runs]
    asked = [c for c in cases if len(c.turns) == 1 and c.turns[0].expect.clauses]
    found = scores(asked, rankings(assistant, asked))
    counted = confusion(runs)
    refused = sum(row["refuse"] for row in counted.values())
    to_refuse = sum(counted["refuse"].values())
    right = counted["refuse"]["refuse"]
    return {
        "cases": len(runs),
        "passed": round(rate(run.passed for run in runs).share, 4),
        "checks": _shares(as_numbers(by_check(runs))),
        "kinds": _shares(as_numbers(by_kind(runs))),
        "citation_precision": round(citation_precision(runs) or 0.0, 4),
        "retrieval": {
            "hit_at_1": round(found.hit_at_1, 4),
            "recall_at_5": round(found.recall_at_5, 4),
            "mrr": round(found.mrr, 4),
        },
        "refusals": {
            "precision": round(right / max(1, refused), 4),
            "recall": round(right / max(1, to_refuse), 4),
        },
    }


def gate_faults(
    runs: Sequence[Run],
    metrics: Mapping[str, Any],
    baseline: Mapping[str, Any],
    missed: Mapping[str, str],
) -> list[str]:
    """Why the gate stays shut, in words; [] where it opens."""
    return [*of_cases(runs, missed), *of_metrics(metrics, baseline)]


def of_cases(runs: Sequence[Run], missed: Mapping[str, str]) -> Iterator[str]:
    """Cases that fail and are not listed, or are listed and pass or are not there."""
    for run in runs:
        if not run.passed and not missed.get(run.case.id, "").strip():
            faults = (f for t in run.turns for f in t.graded.faults.values())
            reason = "；".join(faults)
            yield say("evaluation.gate.fails", id=run.case.id, reason=reason)
        if run.passed and run.case.id in missed:
            yield say("evaluation.gate.passes", id=run.case.id)
    known = {run.case.id for run in runs}
    for id_ in missed:
        if id_ not in known:
            yield say("evaluation.gate.unknown", id=id_)


def of_metrics(
    metrics: Mapping[str, Any], baseline: Mapping[str, Any]
) -> Iterator[str]:
    """Numbers below the baseline, and the ones that must be whole."""
    for check in WHOLE:
        if metrics["checks"].get(check, 0.0) < 1:
            yield say("evaluation.gate.whole", name=check)
    now = dict(flat(metrics))
    for name, before in flat(baseline):
        slack = RANKED_SLACK if name.startswith(RANKED) else 0.0
        if now.get(name, 0.0) < before - slack:
            got = now.get(name, 0.0)
            yield say("evaluation.gate.lower", name=name, before=before, now=got)


def write_baseline(metrics: Mapping[str, Any]) -> None:
    """Commit to the metrics of a run."""
    write_json(METRICS, metrics)


def _shares(rates: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {name: numbers["share"] for name, numbers in rates.items()}
