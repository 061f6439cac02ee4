"""A text as pieces between commas, each of characters and of numbers by value."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from assistant.leash_words import leash_words, pattern
from assistant.quantities import read_numerals

HOLE = "\0"  # where a bracket stood
FOUR_ZEROS = 10**4


@dataclass(frozen=True, slots=True)
class Char:
    """One character that says something."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number by value, with its unit and what bounds it: 不超过200万元."""

    low: Decimal
    high: Decimal
    about: bool
    unit: str
    bounds: frozenset[str] = frozenset()

    @property
    def amount(self) -> tuple[Decimal, Decimal, bool, str]:
        """What is counted, whatever bounds it."""
        return self.low, self.high, self.about, self.unit

    @property
    def text(self) -> str:
        """The number in words of our own, for a fault."""
        return f"{self.low.normalize():f}{self.unit}"


Token = Char | Number
Piece = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class _Bound:
    """超过, 以上: a bound that has not met its number yet."""

    name: str
    text: str
    before: bool


@lru_cache(maxsize=1024)
def pieces_of(plain: str) -> tuple[Piece, ...]:
    """The pieces of a folded text; what stands in brackets comes behind its piece."""
    outer, inner = _outside(plain)
    pieces: list[Piece] = []
    for part in pattern("piece").split(outer):
        pieces.append(_piece(part.replace(HOLE, "")))
        for _ in range(part.count(HOLE)):
            pieces += pieces_of(inner.pop(0))
    return tuple(p for p in pieces if p)


def numbers_of(pieces: Sequence[Piece]) -> list[Number]:
    """The numbers in their order."""
    return [t for piece in pieces for t in piece if isinstance(t, Number)]


def text_of(pieces: Sequence[Piece]) -> str:
    """The characters of pieces, a blank for each number, a bar between pieces."""
    return "|".join(characters(piece) for piece in pieces)


def characters(tokens: Sequence[Token]) -> str:
    """The characters of tokens, a blank for each number."""
    return "".join(t.text if isinstance(t, Char) else " " for t in tokens)


def loose_characters(text: str) -> str:
    """What a text says, punctuation aside."""
    text = pattern("ignored").sub("", pattern("piece").sub("", text))
    return re.sub("[()]", "", text)


def _outside(plain: str) -> tuple[str, list[str]]:
    """The text with a hole for each outermost bracket, and what stands in those."""
    plain = plain.replace(HOLE, "")
    outer, inner = "", list[str]()
    depth = start = 0
    for at, char in enumerate(plain):
        if char == "(":
            depth += 1
            start = at + 1 if depth == 1 else start
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                outer += HOLE
                inner.append(plain[start:at])
        elif not depth:
            outer += char
    return (outer, inner) if not depth else (re.sub("[()]", ",", plain), [])


def _piece(part: str) -> Piece:
    """The tokens of one piece, each bound with its number."""
    found: list[Token | _Bound] = []
    position = 0
    for number, start, end in _numbers(part):
        found += _words(part[position:start])
        found.append(number)
        position = end
    found += _words(part[position:])
    return tuple(_bound(found))


def _numbers(part: str) -> Iterator[tuple[Number, int, int]]:
    share = pattern("share")
    for numeral in read_numerals(part):
        unit = pattern("unit").match(part, numeral.end)
        name = unit.group() if unit else ""
        start, end = numeral.start, unit.end() if unit else numeral.end
        if before := re.search(f"(?:{share.pattern})$", part[:start]):
            start, name, end = before.start(), "%", numeral.end
        elif pattern("money").fullmatch(name) or (
            not name and numeral.scale >= FOUR_ZEROS
        ):
            name = "yuan"
        about = numeral.about or numeral.vague
        yield Number(numeral.low, numeral.high, about, name), start, end


def _words(text: str) -> Iterator[Char | _Bound]:
    position = 0
    for match in _bounds_pattern().finditer(text):
        yield from map(Char, pattern("ignored").sub("", text[position : match.start()]))
        side, name = (match.lastgroup or "").split("__")
        yield _Bound(name, match.group(), side == "before")
        position = match.end()
    yield from map(Char, pattern("ignored").sub("", text[position:]))


@lru_cache(maxsize=1)
def _bounds_pattern() -> re.Pattern[str]:
    rows = [
        (f"{side}__{name}", words)
        for side in ("after", "before")
        for name, words in leash_words()[f"bounds_{side}"].items()
    ]
    return re.compile("|".join(f"(?P<{name}>{words})" for name, words in rows))


def _bound(found: Sequence[Token | _Bound]) -> Iterator[Token]:
    """The tokens, a bound taken up by the number that it is said of."""
    tokens: list[Token | _Bound] = []
    waiting: list[int] = []  # where bounds stand that wait for their number
    listed: frozenset[str] = frozenset()  # bounds of the number right before
    for item in found:
        last = tokens[-1] if tokens else None
        if isinstance(item, _Bound) and item.before:
            waiting.append(len(tokens))
            tokens.append(item)
        elif isinstance(item, _Bound):
            if isinstance(last, Number):
                tokens[-1] = replace(last, bounds=last.bounds | {item.name})
            else:
                tokens.append(item)
        elif isinstance(item, Number):
            names = {b.name for i in waiting if isinstance(b := tokens[i], _Bound)}
            for i in reversed(waiting):
                del tokens[i]
            joined = isinstance(tokens[-1] if tokens else None, Number)
            waiting = []
            bounds = frozenset(names) or (listed if joined else frozenset())
            tokens.append(replace(item, bounds=bounds))
            listed = bounds
        else:
            tokens.append(item)
    for item in tokens:
        yield from map(Char, item.text) if isinstance(item, _Bound) else (item,)
