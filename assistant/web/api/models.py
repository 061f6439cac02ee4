"""What the API takes and gives, for its OpenAPI document."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import Answer, Behaviour, Citation, FigureCard, Notice, Verdict
from assistant.chat import LONGEST_QUESTION
from assistant.own_turns import LONGEST_REASON
from assistant.profile_file import LONGEST, ProfileEntry, Typed
from index.documents import Status
from prompts import say

ID = r"^[A-Z2-7]{12}$"
EARLIEST, LATEST = date(1949, 10, 1), date(2100, 1, 1)  # days that can be asked about


def described(name: str, **limits: Any) -> Any:
    """A field with its description."""
    return Field(description=say(f"api.fields.{name}"), **limits)


AsOf = Annotated[date | None, described("as_of", ge=EARLIEST, le=LATEST)]
Question = Annotated[
    str, described("question", min_length=1, max_length=LONGEST_QUESTION)
]


class Closed(BaseModel):
    """A request: the fields named here and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AskRequest(Closed):
    question: Question
    conversation: Annotated[str | None, described("conversation", pattern=ID)] = None
    as_of: AsOf = None


class Said(BaseModel):
    """What an answer rests on, as the asker said it."""

    place: str | None
    level: str | None
    inputs: dict[str, str]


class Reply(BaseModel):
    """An answer; figures are yuan as decimal text."""

    turn: str
    conversation: str
    as_of: date
    behaviour: Behaviour
    verdict: Verdict | None
    text: str
    citations: tuple[Citation, ...]
    figures: tuple[FigureCard, ...]
    notices: tuple[Notice, ...]
    remarks: tuple[Notice, ...]
    questions: tuple[str, ...]
    profile: Said

    @classmethod
    def of(cls, answer: Answer, turn: str, conversation: str, as_of: date) -> "Reply":
        """An answer with its turn, its conversation and its day."""
        said = Said(place=answer.place, level=answer.level, inputs=answer.inputs)
        return cls(
            turn=turn,
            conversation=conversation,
            as_of=as_of,
            behaviour=answer.behaviour,
            verdict=answer.verdict,
            text=answer.text,
            citations=answer.citations,
            figures=answer.figures,
            notices=answer.notices,
            remarks=answer.remarks,
            questions=answer.questions,
            profile=said,
        )


class Feedback(Closed):
    turn: Annotated[str, Field(pattern=ID)]
    helpful: Annotated[bool, described("helpful")]
    reason: Annotated[str, described("reason", max_length=LONGEST_REASON)] = ""


class DocumentOut(BaseModel):
    """A text; `status` is that of the day asked about."""

    id: str
    title: str
    number: str | None
    issuer: str | None
    place: tuple[str, ...]
    level: str
    issued: date | None
    valid_from: date | None
    valid_until: date | None
    status: Status
    validity: str
    parent: str | None


class ClauseOut(BaseModel):
    """A clause, verbatim."""

    id: str
    document: str
    label: str
    headings: tuple[str, ...]
    text: str
    units: tuple[str, ...]
    corrections: tuple[str, ...]
    status: Status


class Hit(BaseModel):
    """A clause found; `score` ranks, and is no probability."""

    score: float
    clause: ClauseOut


class Hits(BaseModel):
    """What a search found; `may_not_answer` where the texts likely hold no answer."""

    may_not_answer: bool
    depends_on_place: bool
    hits: list[Hit]


class RuleOut(BaseModel):
    """A rule, with what it needs to be told."""

    id: str
    label: str
    clause: str
    quote: str
    place: str
    status: Status
    inputs: tuple[str, ...]
    level: bool
    facts: tuple[str, ...]


class CalculateRequest(Closed):
    rule: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    place: Annotated[str, Field(max_length=LONGEST)]
    level: Annotated[str | None, Field(max_length=LONGEST)] = None
    inputs: dict[str, Typed] = {}
    facts: dict[str, Typed] = {}
    as_of: AsOf = None


class MatchRequest(Closed):
    profile: ProfileEntry
    as_of: AsOf = None


class FindingOut(BaseModel):
    """What a rule gives: a sum with its steps, a grant, what is missing, or why not.

    `amount` is null where there is no number, and in yuan where `unit` is empty;
    `missing` names inputs, facts or level.
    """

    rule: str
    outcome: str
    text: str
    amount: str | None = None
    unit: str = ""
    bound: str | None = None
    payee: str | None = None
    steps: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    clause: str
    quote: str
    status: Status
    as_of: date


class Total(BaseModel):
    """What one level of government pays at best."""

    level: str
    amount: str
    unit: str
    bound: str


class CheckupOut(BaseModel):
    """Every rule as met, not met, or unknown; the best lawful totals by level."""

    met: list[FindingOut]
    not_met: list[FindingOut]
    unknown: list[FindingOut]
    totals: list[Total]
    ask_first: str | None
    as_of: date
