"""Whether a sentence is an ordered selection of the words of one source sentence.

Whatever it says stands in the source, in the same order, numbers by value and with the
same bound; between that stand connectives. What it leaves out of a piece that it uses
holds no negation, level, condition of choice, scope of a count or, where it states a
number, another number. So a sum cannot move to another payee, condition or year.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.leash_words import pattern
from assistant.tokens import Number, Piece, Token, characters, numbers_of

CONNECTIVE = 8  # characters of the longest
LEAST_PAIRS = 0.6  # of a sentence's pairs of characters that its source must hold
FEWEST = 1  # pairs; a sum alone does not say of what


def pairs_share(said: tuple[Piece, ...], source: tuple[Piece, ...]) -> float:
    """The share of a sentence's pairs of characters that its source holds."""
    ours, theirs = _pairs(said), set(_pairs(source))
    enough = len(ours) >= FEWEST
    return sum(p in theirs for p in ours) / len(ours) if enough else 0.0


def aligned(
    said: tuple[Piece, ...], source: tuple[Piece, ...], *, from_first: bool = False
) -> bool:
    """Whether `said` selects from one sentence, `source`, in its order.

    `from_first` where the first piece must be among what is selected.
    """
    ours, theirs = numbers_of(said), numbers_of(source)
    if not said or not set(ours) <= set(theirs):
        return False
    if from_first and _unbounded(ours, theirs):
        return False
    if pairs_share(said, source) < LEAST_PAIRS:
        return False
    search = _Search(_Line.of(said), _Line.of(source), bool(ours), from_first)
    return search.runs(0)


def _unbounded(ours: list[Number], theirs: list[Number]) -> bool:
    """Whether a number that is bounded in the source is only said without."""
    bare = {n.amount for n in theirs if n.bounds} - {n.amount for n in ours if n.bounds}
    return any(n.amount in bare for n in ours)


def _pairs(pieces: tuple[Piece, ...]) -> list[str]:
    """Neighbouring characters, the commonest aside; none across a number."""
    found: list[str] = []
    for piece in pieces:
        text = pattern("stop").sub("", characters(piece))
        found += [text[i : i + 2] for i in range(len(text) - 1)]
    return [p for p in found if " " not in p]


@dataclass(frozen=True, slots=True)
class _Line:
    """Tokens with the number of the piece that each stands in, and its ends."""

    tokens: tuple[Token, ...]
    piece: tuple[int, ...]
    bounds: tuple[tuple[int, int], ...]  # of each piece

    @classmethod
    def of(cls, pieces: tuple[Piece, ...]) -> "_Line":
        bounds: list[tuple[int, int]] = []
        for piece in pieces:
            start = bounds[-1][1] if bounds else 0
            bounds.append((start, start + len(piece)))
        numbered = (n for n, piece in enumerate(pieces) for _ in piece)
        return cls(tuple(t for p in pieces for t in p), tuple(numbered), tuple(bounds))

    def text(self, start: int, end: int) -> str:
        return characters(self.tokens[start:end])


State = tuple[int, int, int]  # next of ours, end of the last run in theirs and ours


@dataclass(slots=True)
class _Search:
    said: _Line
    source: _Line
    counts: bool  # whether a number is stated
    from_first: bool
    failed: set[State] = field(default_factory=set[State])

    def runs(self, at: int, end: int = -1, last: int = -1) -> bool:
        """Whether the rest of ours, from `at`, follows what ends at `end` of theirs."""
        if at == len(self.said.tokens):
            return end > 0 and self._may_end(end)
        state = (at, end, last)
        if state in self.failed:
            return False
        for length, start in self._matches(at, max(end, 0)):
            if self._may_follow(at, start, end, last) and self.runs(
                at + length, start + length, at + length
            ):
                return True
        for length in self._connectives(at):
            if self.runs(at + length, end, last):
                return True
        self.failed.add(state)
        return False

    def _matches(self, at: int, floor: int) -> Iterator[tuple[int, int]]:
        """Runs of equal tokens within one piece of both, the longest first."""
        said, source = self.said, self.source
        for start in range(floor, len(source.tokens)):
            if source.tokens[start] != said.tokens[at]:
                continue
            most = min(
                said.bounds[said.piece[at]][1] - at,
                source.bounds[source.piece[start]][1] - start,
            )
            length = 1
            while (
                length < most
                and said.tokens[at + length] == source.tokens[start + length]
            ):
                length += 1
            for shorter in range(length, 0, -1):
                if shorter > 1 or self._alone(said.tokens[at]):
                    yield shorter, start

    def _alone(self, token: Token) -> bool:
        return isinstance(token, Number) or bool(pattern("lone").match(token.text))

    def _connectives(self, at: int) -> Iterator[int]:
        end = min(self.said.bounds[self.said.piece[at]][1], at + CONNECTIVE)
        text = self.said.text(at, end)
        for length in range(len(text), 0, -1):
            if pattern("connectives").fullmatch(text[:length]):
                yield length

    def _may_follow(self, at: int, start: int, end: int, last: int) -> bool:
        """Whether what is left out between two runs may be."""
        source, said = self.source, self.said
        to = source.piece[start]
        lead = (source.bounds[to][0], start)
        if end < 0:
            before = [*range(to)]
            return (
                self._free(*lead)
                and not (before and self.from_first)
                and not self._must(before)
                and not (before and self._deals(to))
            )
        from_ = source.piece[end - 1]
        if from_ == to:
            return self._free(end, start)
        tail = (end, source.bounds[from_][1])
        if not self._free(*tail) or not self._free(*lead):
            return False
        if self._must([*range(from_ + 1, to)]):
            return False
        joins = to == from_ + 1 and tail[0] == tail[1]
        if self._deals(to):
            return joins and lead[0] == lead[1]
        return joins or said.piece[last - 1] != said.piece[at]

    def _may_end(self, end: int) -> bool:
        piece = self.source.piece[end - 1]
        rest = [*range(piece + 1, len(self.source.bounds))]
        tail = (end, self.source.bounds[piece][1])
        texts = (self.source.text(*self.source.bounds[p]) for p in rest)
        limited = any(pattern("must").search(text) for text in texts)
        return self._free(*tail) and not limited

    def _free(self, start: int, end: int) -> bool:
        """Whether [start, end) of one piece of theirs may be left out."""
        if start >= end:
            return True
        source = self.source
        tokens = source.tokens[start:end]
        if self.counts and any(isinstance(t, Number) for t in tokens):
            return False
        piece = source.piece[start]
        if self._deals(piece) or self._deals(piece + 1):
            return False
        text = source.text(start, end)
        if pattern("kept").search(text):
            return False
        return bool(pattern("light").fullmatch(text)) or self._at_words(start, end)

    def _at_words(self, start: int, end: int) -> bool:
        """Whether what is left out begins and ends where words do."""
        source = self.source
        first, last = source.bounds[source.piece[start]]
        if end == last:
            return _is("joint", source.tokens[start])
        if _is("joint", source.tokens[start]) and _is("joint", source.tokens[end]):
            return True
        begins = (
            start == first
            or _is("cut_after", source.tokens[start - 1])
            or _is("cut_first", source.tokens[start])
        )
        return begins and _is("cut_last", source.tokens[end - 1])

    def _deals(self, piece: int) -> bool:
        """Whether a piece deals out, 分别, what is listed in it or right before it."""
        if piece >= len(self.source.bounds):
            return False
        text = self.source.text(*self.source.bounds[piece])
        return bool(pattern("list").search(text))

    def _must(self, pieces: list[int]) -> bool:
        """Whether a piece that is left out whole limits what the sentence says."""
        texts = (self.source.text(*self.source.bounds[p]) for p in pieces)
        return any(
            pattern(name).search(text) for text in texts for name in ("must", "frame")
        )


def _is(name: str, token: Token) -> bool:
    """Whether a token is of a kind of characters; every number is a word."""
    if isinstance(token, Number):
        return name in ("cut_after", "cut_last")
    return bool(pattern(name).match(token.text))
