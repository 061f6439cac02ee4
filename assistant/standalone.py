"""A follow-up made whole: whether it says only what the asker has said."""

from collections.abc import Sequence

from assistant.aligned import pairs_share
from assistant.dates_said import folded
from assistant.leash_words import pattern
from assistant.place_mentions import mentions
from assistant.tokens import Piece, loose_characters, numbers_of, pieces_of, text_of

LONGEST = 200  # characters
FROM_THE_ASKER = 0.8  # of its pairs of characters
OF_THIS_TURN = 0.8  # of the turn's pairs that it must keep: it is that turn's question


def unsaid(
    question: str, said: Sequence[str], headings: Sequence[str]
) -> tuple[str, ...]:
    """What a standalone question holds that nobody said, or leaves out of this turn.

    `said` are the asker's turns, this one last; `headings` are of what was cited last.
    """
    plain = folded(question)
    source = folded("\n".join((*said, *headings)))
    ours, theirs = pieces_of(plain), pieces_of(source)
    known = {n.amount for n in numbers_of(theirs)}
    found = [n.text for n in numbers_of(ours) if n.amount not in known]
    found += [n for n in pattern("digits").findall(plain) if n not in source]
    places = {p for m in mentions(source) for p in m.places}
    found += [m.text for m in mentions(plain) if not places.issuperset(m.places)]
    for kind in ("name", "negation", "title"):
        found += [w for w in pattern(kind).findall(plain) if w not in source]
    if bad := pattern("forbidden").search(plain):
        found.append(bad.group())
    strays = pairs_share(_content(plain), theirs) < FROM_THE_ASKER
    if strays or _forgets(ours, said[-1]) or len(question) > LONGEST:
        found.append(question)
    return tuple(dict.fromkeys(found))


def _forgets(ours: tuple[Piece, ...], turn: str) -> bool:
    """Whether a question leaves out what this turn says, or the turn says nothing."""
    theirs = _content(folded(turn))
    numbers = {n.amount for n in numbers_of(theirs)}
    if numbers - {n.amount for n in numbers_of(ours)}:
        return True
    if loose_characters(text_of(theirs)).strip():
        return pairs_share(theirs, ours) < OF_THIS_TURN
    return not numbers


def _content(plain: str) -> tuple[Piece, ...]:
    return pieces_of(pattern("filler").sub(",", plain))
