"""What the assistant answers, in the contract's form, as JSON and as Markdown."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, cast

from index.documents import Status
from prompts import say

Behaviour = Literal["answer", "clarify", "refuse"]
Verdict = Literal["yes", "no", "depends"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote from one clause; `…` joins parts that stand apart in it."""

    marker: int
    clause: str
    document: str  # its title
    label: str  # the numbering as printed
    quote: str
    status: Status
    corrections: tuple[str, ...] = ()  # repairs of the source, in words

    @property
    def document_id(self) -> str:
        """The text that the clause is of."""
        return self.clause.partition("#")[0]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that must not be overlooked: draft, expired, no_double, not_you …"""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class FigureCard:
    """A sum that a calculator returned, in yuan, with the steps to check it by hand."""

    rule: str
    label: str
    yuan: str
    bound: Literal["exact", "at_most", "at_least"]
    payee: str
    inputs: dict[str, str]
    steps: tuple[str, ...]
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One turn's answer; the page, the CLI and the evaluation show the same one."""

    behaviour: Behaviour
    text: str
    citations: tuple[Citation, ...] = ()
    figures: tuple[FigureCard, ...] = ()
    verdict: Verdict | None = None
    notices: tuple[Notice, ...] = ()
    remarks: tuple[Notice, ...] = ()  # of the service: a renamed authority, English …
    questions: tuple[str, ...] = ()
    place: str | None = None
    level: str | None = None
    inputs: dict[str, str] = field(default_factory=dict[str, str])  # as said, in yuan
    reason: str | None = None  # why it refuses: outside, silent, place …
    latency_ms: float = 0.0
    timings: dict[str, float] = field(default_factory=dict[str, float], compare=False)
    lines: tuple[tuple[Any, ...], ...] = ()  # the text as typed spans; see spans.py

    def to_json(self) -> dict[str, Any]:
        """The answer as the contract of eval has it."""
        row = asdict(replace(self, lines=()))
        profile: dict[str, Any] = {
            "place": row.pop("place"),
            "level": row.pop("level"),
            "inputs": row.pop("inputs"),
        }
        row.pop("reason")
        row.pop("lines")
        row.pop("timings")
        return {**row, "profile": profile}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Answer":
        """An answer as to_json wrote it, with its reason where that was kept too."""
        profile = row["profile"]
        parts: dict[str, Any] = {
            "citations": tuple(Citation(**_tuples(c)) for c in row["citations"]),
            "figures": tuple(FigureCard(**_tuples(f)) for f in row["figures"]),
            "notices": tuple(Notice(**n) for n in row["notices"]),
            "remarks": tuple(Notice(**n) for n in row["remarks"]),
            "questions": tuple(row["questions"]),
        }
        own = {k: row[k] for k in ("behaviour", "text", "verdict", "latency_ms")}
        return cls(**own, **parts, **profile, reason=row.get("reason"))

    def to_markdown(self) -> str:
        """The answer to read: text, notices, questions, sources."""
        lines = [self.text]
        lines += [f"> ⚠ {notice.text}" for notice in self.notices]
        lines += [f"> {remark.text}" for remark in self.remarks]
        lines += [q for q in self.questions if q not in self.text]
        if self.citations:
            lines.append(f"**{say('replies.sources.title')}**")
            lines.append("\n".join(_source(c) for c in self.citations))
        return "\n\n".join(line for line in lines if line)


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    """What JSON keeps in lists as the tuples that it was."""
    return {
        k: tuple(cast(list[Any], v)) if isinstance(v, list) else v
        for k, v in row.items()
    }


def _source(citation: Citation) -> str:
    line = say(
        "replies.sources.line",
        marker=citation.marker,
        document=citation.document,
        label=citation.label.rstrip("、.．"),
        status=say(f"replies.status_names.{citation.status}"),
    )
    if not citation.corrections:
        return line
    changes = "；".join(citation.corrections)
    return line + "\n" + say("ui.corrections.line", changes=changes)
