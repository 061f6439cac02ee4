"""What each contender is given and hands back; it runs in a process of its own.

Only the standard library is used, since the contenders have another environment.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

WARM_UP = 10


@dataclass(frozen=True, slots=True)
class Job:
    """The same for all; texts by file name, questions with their day."""

    texts: dict[str, str]
    questions: list[str]
    days: list[str]  # ISO dates, one a question; a plain RAG has no use for them
    model: str
    folder: str  # to write the index into
    top_k: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Where it stands: characters [start, end) of each raw file that has it."""

    spans: list[tuple[str, int, int]]
    score: float  # higher is nearer


@dataclass(frozen=True, slots=True)
class Reply:
    """What one question brought."""

    hits: list[Hit]
    text: str  # all that the asker is shown
    refused: bool = False
    cited: list[list[tuple[str, int, int]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """A contender's replies and what they cost."""

    replies: list[Reply]
    ms: list[float]  # of each question
    index_seconds: float
    peak_mb: int


@dataclass(frozen=True, slots=True)
class Contender:
    """How it answers a question on a day, which is timed, and how the reply is read."""

    ask: Callable[[str, str], Any]
    reply: Callable[[str, str, Any], Reply]


Build = Callable[[Job], Contender]


def run(build: Build) -> None:
    """Read the job named on the command line, do it, write the report beside it."""
    source, target = map(Path, sys.argv[1:3])
    job = Job(**json.loads(source.read_text("utf-8")))
    started = time.perf_counter()
    contender = build(job)
    index_seconds = time.perf_counter() - started
    for question, day in zip(job.questions[:WARM_UP], job.days, strict=False):
        contender.ask(question, day)
    answers, ms = _timed(contender.ask, job.questions, job.days)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    replies = [
        contender.reply(question, day, answer)
        for question, day, answer in zip(job.questions, job.days, answers, strict=True)
    ]
    report = Report(replies, ms, index_seconds, peak)
    target.write_text(json.dumps(asdict(report), ensure_ascii=False), "utf-8")


def _timed(
    ask: Callable[[str, str], Any], questions: Sequence[str], days: Sequence[str]
) -> tuple[list[Any], list[float]]:
    answers: list[Any] = []
    ms: list[float] = []
    for question, day in zip(questions, days, strict=True):
        started = time.perf_counter()
        answers.append(ask(question, day))
        ms.append((time.perf_counter() - started) * 1000)
    return answers, ms


def read_report(path: Path) -> Report:
    """A report as a contender wrote it."""
    row: dict[str, Any] = json.loads(path.read_text("utf-8"))
    replies = [
        Reply(**{**r, "hits": [Hit(**h) for h in r["hits"]]})
        for r in row.pop("replies")
    ]
    return Report(replies, **row)
