"""What a sentence may leave out of the one that it is made from.

Conditions stay whole, and so does all that stands before a negation. Who promises
softly, 鼓励, 原则上, does so in the sentence too; and a sum brings the other numbers
of its sentence with it, but for those of another case: 对甲…，对乙….
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.leash_words import pattern
from assistant.tokens import Number, Piece, Token, characters, numbers_of, text_of

LIMITS = frozenset({"more", "less", "above", "below", "at_least"})  # what decides


@dataclass(frozen=True, slots=True)
class Line:
    """Tokens with the number of the piece that each stands in, and its ends."""

    tokens: tuple[Token, ...]
    piece: tuple[int, ...]
    bounds: tuple[tuple[int, int], ...]  # of each piece

    @classmethod
    def of(cls, pieces: tuple[Piece, ...]) -> "Line":
        """The line of a sentence's pieces."""
        bounds: list[tuple[int, int]] = []
        for piece in pieces:
            start = bounds[-1][1] if bounds else 0
            bounds.append((start, start + len(piece)))
        numbered = (n for n, piece in enumerate(pieces) for _ in piece)
        return cls(tuple(t for p in pieces for t in p), tuple(numbered), tuple(bounds))

    def text(self, start: int, end: int) -> str:
        """The characters from one token to before another."""
        return characters(self.tokens[start:end])

    def of_piece(self, piece: int) -> str:
        """The characters of a piece, "" where there is none."""
        known = piece < len(self.bounds)
        return self.text(*self.bounds[piece]) if known else ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a sentence states, which decides what it may leave out."""

    number: bool
    grant: bool  # the number is of a sum or share that is given
    denial: bool

    @classmethod
    def of(cls, said: tuple[Piece, ...]) -> "Stated":
        """What these pieces state."""
        counted = [piece for piece in said if numbers_of((piece,))]
        given = any(pattern("grant").search(characters(p)) for p in counted)
        denial = pattern("negation").search(text_of(said))
        return cls(bool(counted), given, denial is not None)


@dataclass(frozen=True, slots=True)
class Omissions:
    """Whether words of `source` may be left out of a sentence."""

    source: Line
    stated: Stated
    of_figure: bool  # a figure's steps may go, the sum before them may not

    def within(self, start: int, end: int) -> bool:
        """Whether [start, end) of one piece may be."""
        if start >= end:
            return True
        piece = self.source.piece[start]
        if self.deals(piece) or self.deals(piece + 1):
            return False
        text = self.source.text(start, end)
        if pattern("light").fullmatch(text):
            return True
        whole = pattern("frame").search(self.source.of_piece(piece))
        if whole or self._denies_from(piece) or pattern("kept").search(text):
            return False
        return self._manner(start, end) or self._items(start, end)

    def before(self, to: int) -> bool:
        """Whether all pieces before the first that is used may be."""
        if not to:
            return True
        return not self.of_figure and not self.deals(to) and self._between(0, to, {to})

    def between(self, from_: int, to: int) -> bool:
        """Whether the pieces between two that are used may be."""
        return from_ + 1 >= to or self._between(from_ + 1, to, {from_, to})

    def after(self, from_: int) -> bool:
        """Whether all pieces after the last that is used may be."""
        rest = [*range(from_ + 1, len(self.source.bounds))]
        if any(pattern("must").search(self.source.of_piece(p)) for p in rest):
            return False
        if self.of_figure or (self.stated.number and not self.stated.grant):
            return True
        return not self._loses_number(rest, {from_})

    def deals(self, piece: int) -> bool:
        """Whether a piece deals out, 分别, what is listed in it or right before it."""
        return bool(pattern("list").search(self.source.of_piece(piece)))

    def _between(self, start: int, end: int, used: set[int]) -> bool:
        pieces = [*range(start, end)]
        texts = [self.source.of_piece(p) for p in pieces]
        if any(pattern(n).search(t) for t in texts for n in ("must", "frame", "soft")):
            return self._other_cases(pieces, used)
        if self._denies_from(end):
            return False
        return self.of_figure or not self._loses_number(pieces, used)

    def _other_cases(self, pieces: Sequence[int], used: set[int]) -> bool:
        """Whether pieces are whole cases, 对甲…, beside the ones that are used."""
        cases = {self._case(p) for p in pieces}
        own = {self._case(p) for p in used}
        return (
            not self.stated.denial
            and not cases & {0, *own}
            and all(self._case(p) for p in used if p > pieces[-1])
        )

    def _loses_number(self, pieces: Sequence[int], used: set[int]) -> bool:
        """Whether a number goes that what is stated depends on."""
        own = {0, *(self._case(p) for p in used)}
        shared = self._shared()
        return any(
            self._counts(self.source.tokens[slice(*self.source.bounds[p])])
            and (self._case(p) in own or p >= shared)
            for p in pieces
        )

    def _counts(self, tokens: Sequence[Token]) -> bool:
        """Whether a number stands there that goes with a number, or decides."""
        numbers = [t for t in tokens if isinstance(t, Number) and t.unit]
        return any(self.stated.number or n.bounds & LIMITS for n in numbers)

    def _case(self, piece: int) -> int:
        """Which 对… a piece belongs to; 0 before the first."""
        texts = (self.source.of_piece(p) for p in range(piece + 1))
        return sum(bool(pattern("case").search(text)) for text in texts)

    def _shared(self) -> int:
        """The first piece after the last case's sum: it may hold for all of them."""
        last = self._case(len(self.source.bounds) - 1)
        for piece, bounds in enumerate(self.source.bounds):
            tokens = self.source.tokens[slice(*bounds)]
            sums = any(isinstance(t, Number) for t in tokens)
            if sums and self._case(piece) == last:
                return piece + 1
        return len(self.source.bounds)

    def _denies_from(self, piece: int) -> bool:
        """Whether the sentence may deny something in a piece or after it."""
        rest = range(piece, len(self.source.bounds))
        return self.stated.denial and any(
            pattern("negation").search(self.source.of_piece(p)) for p in rest
        )

    def _manner(self, start: int, end: int) -> bool:
        """Whether it says by what share something is given: 按照投资的10%."""
        source = self.source
        if self._counts(source.tokens[start:end]):
            return False
        rest = source.text(end, source.bounds[source.piece[start]][1])
        begins = pattern("manner").match(source.text(start, end))
        return bool(begins and pattern("grant").match(rest))

    def _items(self, start: int, end: int) -> bool:
        """Whether it is items of a list, which nothing counts: 甲、乙、丙等."""
        source = self.source
        first, last = source.bounds[source.piece[start]]
        if first == start or any(
            isinstance(t, Number) for t in source.tokens[first:last]
        ):
            return False
        around = source.text(start - 1, end + 1)
        return bool(pattern("items").fullmatch(around))
