"""An answer as it is read to a caller: the same words, without what is for the eye."""

import re
from collections.abc import Iterator
from datetime import date

from assistant.answer import Answer
from assistant.facts import chinese_date
from prompts import say, words

MARKER = re.compile(r"\[\d+\]")
BULLET = re.compile(r"^(?:- |> |#+ )")
RULE = re.compile(r"^\|[\s:|-]+\|$")  # below the head of a table
STOPS = "\u3002\uff01\uff1f\uff1a\uff1b"  # full stop, marks, colon, semicolon


def read_aloud(answer: Answer, as_of: date) -> str:
    """What to say: the answer, notices, questions back, the basis and the day.

    No number is in it that the answer, its notices or its citations do not hold.
    """
    said = list(_lines(answer.text))
    whole = "".join(said)
    more = (*(notice.text for notice in answer.notices), *answer.questions)
    said += [ended(text) for text in more if text not in whole]
    if answer.citations:
        said.append(say("console.script.basis", basis=basis(answer)))
    said.append(say("console.script.day", as_of=chinese_date(as_of)))
    return "\n".join(said)


def basis(answer: Answer) -> str:
    """The clauses that an answer rests on, each text once."""
    labels: dict[str, list[str]] = {}
    for citation in answer.citations:
        label = citation.label.rstrip("\u3001.\uff0e")
        labels.setdefault(citation.document, []).append(label)
    lines = (
        say("console.script.text", title=title, labels="、".join(dict.fromkeys(own)))
        for title, own in labels.items()
    )
    return "；".join(lines)


def spoken(line: str) -> str:
    """A line of Markdown as it is said: × as 乘以, without marks and markers."""
    text = MARKER.sub("", BULLET.sub("", line.strip())).replace("**", "")
    for sign, word in words("console.script.signs").items():
        text = text.replace(f" {sign} ", word)
    return text.strip()


def ended(text: str) -> str:
    """A sentence with its full stop."""
    return text if not text or text[-1] in STOPS else f"{text}{STOPS[0]}"


def _lines(text: str) -> Iterator[str]:
    """The lines to say; a table's rows without its head."""
    rows = text.splitlines()
    for number, row in enumerate(rows):
        head = number + 1 < len(rows) and RULE.match(rows[number + 1].strip())
        if not row.strip() or head or RULE.match(row.strip()):
            continue
        if row.startswith("|"):
            first, *rest = (cell.strip() for cell in row.strip().strip("|").split("|"))
            kept = "，".join(cell for cell in rest if cell)
            row = say("console.script.row", first=first, rest=kept)
        yield ended(spoken(row))
