"""What is added to an answer of any shape: how to apply, renamed authorities."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant import spans
from assistant.answer import Answer, Notice
from assistant.question import Request
from index.yaml_files import load_entries
from prompts import say, words

AUTHORITIES = Path(__file__).with_name("authorities.yaml")


class Authority(BaseModel):
    """An authority that was reorganised after a text named it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str  # as the texts have it
    since: date  # from this day on it is remarked
    now: str  # who has its duties


def with_remarks(answer: Answer, request: Request, as_of: date) -> Answer:
    """The answer with what the texts do not say of applying, and with remarks."""
    if answer.behaviour == "answer" and answer.citations and request.wants_how:
        line = spans.write("replies.how.not_stated", hotline=spans.hotline())
        text = f"{answer.text}\n\n{spans.plain([line])}"
        answer = replace(answer, text=text, lines=(*answer.lines, line))
    remarks = _reorganised(answer.text, as_of)
    if request.in_english:
        remarks.append(Notice("english", say("replies.remarks.english")))
    return replace(answer, remarks=(*answer.remarks, *remarks))


def _reorganised(text: str, as_of: date) -> list[Notice]:
    """The remark that authorities shown have other names by now."""
    renamed = [a for a in authorities() if a.name in text and as_of >= a.since]
    if not renamed:
        return []
    each = (say("replies.remarks.now", name=a.name, now=a.now) for a in renamed)
    names = words("replies.remarks.and").join(each)
    return [Notice("reorganised", say("replies.remarks.reorganised", names=names))]


@cache
def authorities() -> tuple[Authority, ...]:
    """The reorganised authorities; raises DataError for a wrong entry."""
    return tuple(load_entries(AUTHORITIES, Authority))
