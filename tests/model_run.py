"""A gold file answered with a real model, and what became of the model's words."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.endpoint import LEFT_OUT, Endpoint
from assistant.evidence import evidence_of
from assistant.model_call import Failed, Message
from assistant.session import Session
from assistant.verify import Evidence, faults
from assistant.with_model import answers
from assistant.wording import marked, parsed
from eval.cases import Case
from prompts import say


@dataclass
class Heard(Endpoint):
    """An endpoint that remembers each reply to a request for words, whole.

    It never rests after failures: each turn is to meet the model.
    """

    replies: list[str | Failed] = field(default_factory=list[str | Failed])
    seconds: list[float] = field(default_factory=list[float])  # of each reply

    def __post_init__(self) -> None:
        self.clock = count(0.0, 2 * LEFT_OUT).__next__

    def forget(self) -> None:
        """Begin another turn."""
        self.replies, self.seconds = [], []

    def stream(
        self, messages: Sequence[Message], until: float
    ) -> Iterator[str | Failed]:
        wording = messages[0] == ("system", say("model.wording.system"))
        said: str | Failed = ""
        began = time.monotonic()
        for item in Endpoint.stream(self, messages, until):
            said = item if isinstance(item, Failed) else f"{said}{item}"
            if isinstance(item, Failed):  # the last: whoever listens leaves
                break
            yield item
        if wording:
            self.replies.append(said)
            self.seconds.append(time.monotonic() - began)
        if isinstance(said, Failed):
            yield said


@dataclass(frozen=True, slots=True)
class Turned:
    """One turn: without the model, with it, and how the words fared."""

    id: str
    question: str
    first: str
    last: str
    outcome: str
    sentences: tuple[tuple[str, tuple[str, ...]], ...]  # with the names of their faults
    replies: tuple[str, ...]
    reply_seconds: tuple[float, ...]
    first_seconds: float
    last_seconds: float


def answered(
    assistant: Assistant, endpoint: Heard, cases: Sequence[Case], out: Path
) -> list[Turned]:
    """Answer with the model: answers to `out`, one line a case; the turns beside it."""
    turned: list[Turned] = []
    kept = out.with_name("turns.jsonl")
    with out.open("w", encoding="utf-8") as file, kept.open("w", 1, "utf-8") as log:
        for case in cases:
            session, rows = Session(), list[dict[str, Any]]()
            for turn in case.turns:
                endpoint.forget()
                said, times = _timed(assistant, endpoint, turn.user, session, case)
                rows.append(said[-1].to_json())
                found = _turned(case.id, turn.user, said, times, endpoint, assistant)
                turned.append(found)
                log.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")
            row = {"id": case.id, "turns": rows}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return turned


def _timed(
    assistant: Assistant, endpoint: Heard, question: str, session: Session, case: Case
) -> tuple[list[Answer], list[float]]:
    began, said, times = time.monotonic(), list[Answer](), list[float]()
    for answer in answers(assistant, endpoint, question, session, case.as_of):
        said.append(answer)
        times.append(time.monotonic() - began)
    return said, [times[0], time.monotonic() - began]


def _turned(
    id: str,
    question: str,
    said: list[Answer],
    times: list[float],
    endpoint: Heard,
    assistant: Assistant,
) -> Turned:
    first, last = said[0], said[-1]
    evidence = evidence_of(first, assistant.index.library)
    sentences = tuple(_sentences(endpoint.replies, evidence))
    replies = tuple(str(r) for r in endpoint.replies)
    outcome = _outcome(first, last, endpoint.replies)
    shown = (first.text, last.text, outcome)
    seconds = tuple(endpoint.seconds)
    return Turned(id, question, *shown, sentences, replies, seconds, *times)


def _sentences(
    replies: Sequence[str | Failed], evidence: Evidence
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for said in replies:
        reply = None if isinstance(said, Failed) else parsed(said)
        for sentence in map(marked, reply.sentences if reply else ()):
            found = faults(sentence.text, evidence)
            yield sentence.text, tuple(dict.fromkeys(f.code for f in found))


def _outcome(first: Answer, last: Answer, replies: Sequence[str | Failed]) -> str:
    if not replies:
        return "not asked"
    if last.text != first.text:
        return "worded" if len(replies) == 1 else "worded, part rejected"
    if isinstance(replies[0], Failed):
        return f"left out: {replies[0].why}"
    if parsed(replies[0]) is None:
        return "left out: not the JSON"
    left = any(remark.code == "model_left_out" for remark in last.remarks)
    return "left out: rejected" if left else "nothing new"


def told(turned: Sequence[Turned]) -> Iterator[str]:
    """The run in a few lines: outcomes, faults, seconds."""
    for name, n in Counter(t.outcome for t in turned).most_common():
        yield f"{name:28} {n:4}  {n / len(turned):.0%}"
    sentences = [row for t in turned for row in t.sentences]
    passed = sum(not found for _, found in sentences)
    yield f"sentences: {len(sentences)} written, {passed} passed"
    for name, n in Counter(f for _, fs in sentences for f in fs).most_common():
        yield f"  {name:26} {n:4}"
    asked = [t for t in turned if t.replies]
    yield f"seconds, no model: {_spread([t.first_seconds for t in turned])}"
    replies = [s for t in asked for s in t.reply_seconds[:1]]
    yield f"seconds, first reply: {_spread(replies)}"
    yield f"seconds, to the end: {_spread([t.last_seconds for t in asked])}"


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    p50, p95 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.95))
    return f"p50 {p50:.3f}, p95 {p95:.3f}, longest {ordered[-1]:.3f}"
