"""Ask what nobody would ask, and hold every answer to the invariants."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from assistant import grounding
from assistant.chat import Assistant
from assistant.session import Session
from eval.fuzz_questions import Item, Material, items
from eval.invariants import Asked, Invariants

SLOWEST = 20  # turns listed
TIMED = 3000  # characters: the bar of speed is for questions no longer


@dataclass(frozen=True, slots=True)
class Trial:
    """One turn of an item: what was wrong, and how long it took.

    `cpu` counts this process alone, so that a busy machine does not show in it.
    """

    item: Item
    turn: int
    faults: tuple[str, ...]
    milliseconds: float = 0.0
    cpu: float = 0.0


def trials(
    assistant: Assistant, asked: Iterable[Item], material: Material
) -> Iterator[Trial]:
    """Every turn of every item; an exception ends its conversation, not the run.

    A sentence that would be withheld counts as an exception here.
    """
    invariants = Invariants(assistant)
    strict, grounding.strict = grounding.strict, True
    try:
        for item in asked:
            yield from _conversation(assistant, item, invariants, material)
    finally:
        grounding.strict = strict


def _conversation(
    assistant: Assistant, item: Item, invariants: Invariants, material: Material
) -> Iterator[Trial]:
    session = Session()
    for turn, question in enumerate(item.turns):
        started, cpu = time.perf_counter(), time.process_time()
        try:
            answer = assistant.ask(question, session, item.as_of)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            yield Trial(item, turn, (_named(error),))
            return
        elapsed = (time.perf_counter() - started) * 1000
        cpu = (time.process_time() - cpu) * 1000
        said = "\n".join(item.turns[: turn + 1])
        places = material.named(said) if item.planted else ()
        asked = Asked(question, said, answer, session, item.as_of, places)
        yield Trial(item, turn, tuple(invariants.broken(asked)), elapsed, cpu)


def _named(error: Exception) -> str:
    """The error, and the line of ours that raised it."""
    trace, place = error.__traceback__, ""
    while trace:
        code = trace.tb_frame.f_code
        if "site-packages" not in code.co_filename:
            place = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"exception: {type(error).__name__} {error!s:.120} at {place}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found; times in milliseconds, of questions of `TIMED` characters."""

    items: int
    turns: int
    exceptions: int
    violations: int
    p50: float
    p99: float
    p999: float
    longest: float
    ratio: float  # p99.9 to median
    ratio_cpu: float  # the same of processor time


def fuzz(
    assistant: Assistant, count: int, seed: int, material: Material, out: Path
) -> Report:
    """Run `count` items and write OUT/fuzz.json: report, faults, slowest turns."""
    done = list(trials(assistant, items(count, seed, material), material))
    bad = [t for t in done if t.faults]
    raised = sum(t.faults[0].startswith("exception") for t in bad)
    timed = [t for t in done if len(t.item.turns[t.turn]) <= TIMED]
    timed.sort(key=lambda t: -t.milliseconds)
    times = [t.milliseconds for t in timed]
    cpu = sorted((t.cpu for t in timed), reverse=True)
    report = Report(
        items=count,
        turns=len(done),
        exceptions=raised,
        violations=len(bad) - raised,
        p50=median(times),
        p99=_top(times, 0.01),
        p999=_top(times, 0.001),
        longest=times[0],
        ratio=_top(times, 0.001) / median(times),
        ratio_cpu=_top(cpu, 0.001) / median(cpu),
    )
    slowest = sorted(timed, key=lambda t: -t.cpu)[:SLOWEST]
    _write(out / "fuzz.json", report, bad, slowest)
    return report


def _top(times: list[float], share: float) -> float:
    """The time that the slowest `share` of turns exceed; `times` from the slowest."""
    return times[min(len(times) - 1, int(len(times) * share))]


def _write(path: Path, report: Report, bad: list[Trial], slow: list[Trial]) -> None:
    """Lone surrogates are kept by JSON's own escapes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = Counter(f.partition(":")[0] for t in bad for f in t.faults)
    row: dict[str, Any] = {
        "report": asdict(report),
        "kinds": dict(kinds),
        "faults": [_row(t) for t in bad],
        "slowest": [_row(t) for t in slow],
    }
    path.write_text(json.dumps(row, indent=1, default=str), encoding="utf-8")


def _row(trial: Trial) -> dict[str, Any]:
    wall, cpu = round(trial.milliseconds, 1), round(trial.cpu, 1)
    return asdict(replace(trial, milliseconds=wall, cpu=cpu))
