"""Personal numbers and addresses in a question, replaced before anything is kept.

What is doubtful is masked, except a sum of money: that is what is asked about.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import get_args

from assistant.answer import Answer, Notice
from assistant.personal_numbers import Kind
from assistant.personal_spans import Span, codes, emails, folded, numbers
from prompts import say

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, and the kinds that are masked in it."""

    text: str
    kinds: tuple[Kind, ...]

    @property
    def question(self) -> str:
        """The text as if what is masked had not been said at all."""
        return without_placeholders(self.text)

    def told(self, answer: Answer) -> Answer:
        """The answer with a remark on what was masked, if anything was."""
        if not self.kinds:
            return answer
        kinds = say("replies.units.and").join(_names()[kind] for kind in self.kinds)
        notice = Notice("masked", say("replies.remarks.masked", kinds=kinds))
        return replace(answer, remarks=(*answer.remarks, notice))


def mask(text: str) -> Masked:
    """Replace telephone, identity, card, credit-code numbers and e-mail addresses.

    Sums of money stay. Masking twice is masking once, in text and in kinds.
    """
    while (masked := _pass(text)) != text:  # twice at most but for the oddest text
        text = masked
    return Masked(text, tuple(kind for kind in KINDS if placeholder(kind) in text))


def without_placeholders(text: str) -> str:
    """The text as if what is masked had not been said."""
    for kind in KINDS:
        text = text.replace(placeholder(kind), "")
    return text


def placeholder(kind: Kind) -> str:
    """What stands in place of a masked number; it has no digit."""
    return say("replies.placeholder", kind=_names()[kind])


@cache
def _names() -> dict[Kind, str]:
    return {kind: say(f"replies.masked.{kind}") for kind in KINDS}


def _pass(text: str) -> str:
    for find in (emails, codes, numbers):
        text = _replaced(text, find)
    return text


def _replaced(text: str, find: Callable[[str], Iterator[Span]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, kind in find(folded(text)):
        parts += (text[done:start], placeholder(kind))
        done = end
    return "".join((*parts, text[done:]))
