"""A model words the lead of an answer; nothing is shown that is not verified."""

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answer import Answer, Notice
from assistant.dates_said import folded
from assistant.endpoint import Endpoint
from assistant.grounding import violations
from assistant.lead import lacks_sum, only_repeats, with_lead
from assistant.leash_words import pattern
from assistant.model_call import Failed, Message
from assistant.sources import Worded
from assistant.spans import Sentence, Span
from assistant.tokens import loose_characters
from assistant.verify import Evidence, Fault, faults
from prompts import say

MOST = 4  # sentences of a lead
REPAIR_TAKES = 0.5  # seconds; with less time left nothing is repaired
LONGEST_SAID = 600  # characters of the question that the model is shown
FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.S)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WordedSentence(_Strict):
    """One sentence of a model's reply, with the markers that stand in it."""

    text: str = Field(min_length=1, max_length=400)
    markers: list[int] = Field(max_length=5)


class Reply(_Strict):
    """A model's whole reply."""

    sentences: list[WordedSentence] = Field(max_length=MOST)


@dataclass(slots=True)
class _Lead:
    """The sentences that passed, and those that did not with their faults."""

    evidence: Evidence
    answer: Answer
    passed: list[str] = field(default_factory=list[str])
    rejected: list[tuple[str, tuple[Fault, ...]]] = field(
        default_factory=list[tuple[str, tuple[Fault, ...]]]
    )

    def take(self, sentence: WordedSentence) -> bool:
        """Verify a sentence; whether the lead grew."""
        sentence = marked(sentence)
        found = _faults(sentence, self.evidence)
        if found:
            self.rejected.append((sentence.text, found))
            return False
        bare = loose_characters(pattern("marker").sub("", sentence.text))
        said = loose_characters(self.answer.text + "".join(self.passed))
        if bare in said or len(self.passed) == MOST:
            return False
        self.passed.append(sentence.text.strip())
        return True

    def lacks(self) -> bool:
        """Whether it says parts of a sum without the sum."""
        return lacks_sum(self.answer, self.passed)

    def says_more(self) -> bool:
        """Whether it may be shown, and says more than the answer's headings do."""
        return not self.lacks() and not only_repeats(self.answer, self.passed)


def marked(sentence: WordedSentence) -> WordedSentence:
    """A sentence with its markers in the text; small models only list them."""
    text = sentence.text.strip()
    if not sentence.markers or pattern("marker").search(folded(text)):
        return sentence
    markers = "".join(f"[{n}]" for n in dict.fromkeys(sentence.markers))
    stop = pattern("stop_mark").search(text)
    at = stop.start() if stop else len(text)
    return sentence.model_copy(update={"text": f"{text[:at]}{markers}{text[at:]}"})


def _faults(sentence: WordedSentence, evidence: Evidence) -> tuple[Fault, ...]:
    """The faults of a sentence; its list of markers must be that of its text."""
    found = faults(sentence.text, evidence)
    marked = {int(n) for n in pattern("marker").findall(folded(sentence.text))}
    if not found and marked != set(sentence.markers):
        return (Fault("unknown_marker", str(sentence.markers)),)
    return found


def worded(
    endpoint: Endpoint, answer: Answer, question: str, evidence: Evidence, until: float
) -> Iterator[Answer]:
    """The answer with more of its lead each time, as sentences come and pass.

    What comes last stands: where nothing passed, the answer as it was with a remark.
    `question` is shown to the model: personal data must be masked in it.
    """
    lead = _Lead(evidence, answer)
    messages = _messages(question, evidence)
    said, done = "", 0
    for item in endpoint.stream(messages, until):
        if isinstance(item, Failed):
            yield left_out(answer, "failed")
            return
        said += item
        found = finished_sentences(said)
        for sentence in found[done:]:
            if lead.take(sentence) and lead.says_more():
                yield with_lead(answer, _lines(lead))
        done = len(found)
    reply = parsed(said)
    if reply is None:
        yield left_out(answer, "failed")
        return
    for sentence in reply.sentences[done:]:
        lead.take(sentence)
    if lead.rejected and until - time.monotonic() > REPAIR_TAKES:
        _repair(endpoint, lead, [*messages, _repair_message(lead)], until)
    if lead.says_more():
        yield with_lead(answer, _lines(lead))
    elif lead.rejected or lead.lacks():
        yield left_out(answer, "rejected")


def _repair(
    endpoint: Endpoint, lead: _Lead, messages: Sequence[Message], until: float
) -> None:
    """One more try at the sentences that failed."""
    said = endpoint.text(messages, until)
    reply = None if isinstance(said, Failed) else parsed(said)
    known = {text for text, _ in lead.rejected}
    for sentence in reply.sentences if reply else ():
        if marked(sentence).text not in known:  # a model may only repeat itself
            lead.take(sentence)


def parsed(said: str) -> Reply | None:
    """A reply in the one form that is wanted, None for anything else."""
    try:
        return Reply.model_validate_json(unfenced(said))
    except ValidationError:
        return None


def unfenced(said: str) -> str:
    """A reply without the fence that many models put around their JSON."""
    fenced = FENCE.fullmatch(said.strip())
    return fenced[1] if fenced else said


def finished_sentences(said: str) -> list[WordedSentence]:
    """The sentences that a reply under way holds whole, up to the first bad one."""
    start = re.search(r'"sentences"\s*:\s*\[', said)
    found: list[WordedSentence] = []
    at = start.end() if start else len(said)
    decoder = json.JSONDecoder()
    while (at := _next(said, at)) < len(said) and len(found) < MOST:
        try:
            row, at = decoder.raw_decode(said, at)
            found.append(WordedSentence.model_validate(row))
        except (json.JSONDecodeError, ValidationError, RecursionError):
            break
    return found


def _next(said: str, at: int) -> int:
    while at < len(said) and said[at] in " \r\n\t,":
        at += 1
    return at


def _lines(lead: _Lead) -> tuple[Sentence, ...]:
    """The lead's sentences as spans, each verified once more where it is shown."""
    lines = tuple((Span(text, Worded(lead.evidence)),) for text in lead.passed)
    return tuple(line for line in lines if not violations([line]))


def left_out(answer: Answer, why: str) -> Answer:
    """The answer with the remark that it is without the model's words, and why."""
    remark = Notice("model_left_out", say(f"model.left_out.{why}"))
    return replace(answer, remarks=(*answer.remarks, remark))


def _messages(question: str, evidence: Evidence) -> list[Message]:
    lines = [
        say("model.wording.line", marker=p.marker, text=p.text)
        for p in evidence.passages
    ]
    user = say(
        "model.wording.user",
        question=data("model.wording.question", question[:LONGEST_SAID]),
        evidence=data("model.wording.evidence", "\n".join(dict.fromkeys(lines))),
        markers="、".join(f"[{m}]" for m in evidence.markers()),
    )
    return [("system", say("model.wording.system")), ("user", user)]


def data(name: str, text: str) -> str:
    """Words of users and texts between delimiters that they cannot forge."""
    safe = text.replace("<", "＜").replace(">", "＞")
    return say("model.data", name=say(name), text=safe)


def _repair_message(lead: _Lead) -> Message:
    rows = [
        say(
            "model.wording.rejected",
            sentence=text,
            faults="；".join(
                say(f"model.faults.{f.code}", words=f.words) for f in found
            ),
        )
        for text, found in lead.rejected
    ]
    text = data("model.wording.sentences", "\n".join(rows))
    return ("user", say("model.wording.repair", rejected=text))
