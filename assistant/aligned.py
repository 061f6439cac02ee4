"""Whether a sentence is an ordered selection of the words of one source sentence.

Whatever it says stands in the source, in the same order, numbers by value and with the
same bound; between that stand connectives. What it leaves out may be left out (see
`omissions`). So a sum cannot move to another payee, condition or year.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.leash_words import pattern
from assistant.omissions import Line, Omissions, Stated
from assistant.tokens import Number, Piece, characters, numbers_of

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
    line = Line.of(source)
    search = _Search(Line.of(said), line, Omissions(line, Stated.of(said), from_first))
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


State = tuple[int, int, int]  # next of ours, end of the last run in theirs and ours


@dataclass(slots=True)
class _Search:
    said: Line
    source: Line
    may_go: Omissions
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
                if shorter > 1 or self._alone(at, start):
                    yield shorter, start

    def _alone(self, at: int, start: int) -> bool:
        """Whether one token may stand for itself: 市 in 各区县(市)政府, too."""
        token, ends = self.said.tokens[at], (at + 1, start + 1)
        lines = (self.said, at), (self.source, start)
        whole = all(
            line.bounds[line.piece[i]] == (i, end)
            for (line, i), end in zip(lines, ends, strict=True)
        )
        if isinstance(token, Number) or whole:
            return True
        return bool(pattern("lone").match(token.text))

    def _connectives(self, at: int) -> Iterator[int]:
        end = min(self.said.bounds[self.said.piece[at]][1], at + CONNECTIVE)
        text = self.said.text(at, end)
        for length in range(len(text), 0, -1):
            if pattern("connectives").fullmatch(text[:length]):
                yield length

    def _may_follow(self, at: int, start: int, end: int, last: int) -> bool:
        """Whether what is left out between two runs may be."""
        source, said, may_go = self.source, self.said, self.may_go
        to = source.piece[start]
        lead = (source.bounds[to][0], start)
        if end < 0:
            return may_go.within(*lead) and may_go.before(to)
        from_ = source.piece[end - 1]
        if from_ == to:
            return may_go.within(end, start)
        tail = (end, source.bounds[from_][1])
        if not may_go.within(*tail) or not may_go.within(*lead):
            return False
        if not may_go.between(from_, to):
            return False
        joins = to == from_ + 1 and tail[0] == tail[1]
        if may_go.deals(to):
            return joins and lead[0] == lead[1]
        return joins or said.piece[last - 1] != said.piece[at]

    def _may_end(self, end: int) -> bool:
        piece = self.source.piece[end - 1]
        tail = (end, self.source.bounds[piece][1])
        return self.may_go.within(*tail) and self.may_go.after(piece)
