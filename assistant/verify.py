"""A model's sentence against its evidence: what is wrong with it, if anything.

The leash is short: numbers aside, a sentence is an ordered selection of the words of
one sentence that it cites, with connectives between them (see `aligned`).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.aligned import LEAST_PAIRS, aligned, pairs_share
from assistant.dates_said import folded
from assistant.leash_words import pattern
from assistant.tokens import (
    Piece,
    characters,
    loose_characters,
    numbers_of,
    pieces_of,
    text_of,
)
from index.clean import simplified

LONGEST = 150  # characters of a sentence
HALF = 0.5  # of a piece's pairs: it is what the sentence speaks of


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence that may be worded: of a quote, or what a figure says."""

    marker: int
    text: str
    names: tuple[str, ...] = ()  # place and level of its text
    title: str = ""
    label: str = ""
    of_figure: bool = False  # its first piece, the sum, goes with every step


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that an answer rests on, and what may be told the asker."""

    passages: tuple[Passage, ...]
    verdict: str | None = None
    not_you: bool = False

    def markers(self) -> tuple[int, ...]:
        """The markers that a sentence may carry."""
        return tuple(sorted({p.marker for p in self.passages}))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, by its name in prompts/, and the words that are."""

    code: str
    words: str


def faults(sentence: str, evidence: Evidence) -> tuple[Fault, ...]:
    """Every fault of a sentence; () for one that its evidence bears out."""
    plain = folded(sentence)
    found = [*_shape(sentence, plain, evidence), *_told(plain, evidence)]
    if len(plain) > 2 * LONGEST:
        return tuple(found)
    stretches = list(_stretches(plain))
    rest = pattern("marker").split(plain)[-1]
    if not stretches or loose_characters(rest):
        found.append(Fault("no_marker", rest))
    for words, markers in stretches:
        for marker in markers:
            passages = [p for p in evidence.passages if p.marker == marker]
            if not passages:
                found.append(Fault("unknown_marker", f"[{marker}]"))
            else:
                found += _unsupported(words, passages)
    return tuple(dict.fromkeys(found))


def _stretches(plain: str) -> Iterator[tuple[str, list[int]]]:
    """The words before each group of markers, with the numbers of the group."""
    parts = pattern("marker").split(plain)  # words, number, words, number, …, rest
    words, markers = "", list[int]()
    for before, number in zip(parts[::2], parts[1::2], strict=False):
        if loose_characters(before) or not words:
            if words:
                yield words, markers
            words, markers = before, []
        markers = [*markers, int(number)]
    if words:
        yield words, markers


def _shape(sentence: str, plain: str, evidence: Evidence) -> Iterator[Fault]:
    if len(sentence) > LONGEST:
        yield Fault("too_long", f"{len(sentence)}")
    if found := pattern("forbidden").search(plain):
        yield Fault("forbidden", found.group())
    if found := pattern("broken").search(pattern("marker").sub("", plain)):
        yield Fault("broken", found.group())
    if any(plain.count(a) != plain.count(b) for a, b in ("()", "“”", "《》")):
        yield Fault("broken", sentence)
    if re.search(r"[\[\]]", pattern("marker").sub("", sentence)):
        yield Fault("unknown_marker", "[")
    read = {c for p in evidence.passages for c in p.text + p.title}  # 显著
    if odd := [c for c in sentence if simplified(c) != c and c not in read]:
        yield Fault("script", "".join(odd))
    if any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") for c in sentence):
        yield Fault("script", "")


def _told(plain: str, evidence: Evidence) -> Iterator[Fault]:
    """What is told the asker of himself, which only the verdict may bear out."""
    person = pattern("second_person").search(plain)
    if not person:
        return
    no = pattern("cannot").search(plain)
    yes = pattern("can").search(pattern("cannot").sub("", plain))
    if evidence.not_you:
        yield Fault("not_you", person.group())
    if no and evidence.verdict != "no":
        yield Fault("verdict", no.group())
    if yes and evidence.verdict != "yes":
        yield Fault("verdict", yes.group())


def _unsupported(words: str, passages: Sequence[Passage]) -> Iterator[Fault]:
    """What the words say that no sentence with their marker does."""
    heads = dict.fromkeys((p.names, p.title, p.label) for p in passages)
    bare = words
    for names, title, label in heads:
        bare = without_head(bare, names, title, label)
    said = pieces_of(bare)
    sources = [(p, pieces_of(folded(p.text))) for p in passages]
    forms = {said, pieces_of(words)}  # 省级 may begin the sentence, or lead to it
    if _is_fragment(bare) and not any(_ends_as(bare, p.text) for p in passages):
        yield Fault("fragment", bare)
    if any(
        aligned(form, source, from_first=passage.of_figure)
        for passage, source in sources
        for form in forms
    ):
        return
    yield from _named_faults(bare, said, sources)


def without_head(plain: str, names: Sequence[str], title: str, label: str) -> str:
    """The words without 依据郑州市市级文件《…》三、（一）1. at their beginning."""
    form = pattern("head").pattern
    one_of = "|".join(_head_name(n) for n in names if n) or "(?!)"
    named = rf"《{re.escape(folded(title))}》" if title else "(?!)"
    numbered = re.escape(folded(label).rstrip("、. ")) + "[、.]?" if label else "(?!)"
    head = form.format(names=one_of, title=named, label=numbered)
    return re.sub(head, "", plain, count=1)


def _head_name(name: str) -> str:
    """A place, or a level that is said of a text, not of enterprises."""
    level = pattern("name").fullmatch(name)
    return re.escape(folded(name)) + (pattern("level_of_text").pattern if level else "")


def _ends_as(bare: str, text: str) -> bool:
    """Whether a sentence goes on to where the text's ends."""
    ours, theirs = pieces_of(bare), pieces_of(folded(text))
    return bool(ours and theirs) and len(theirs) > 1 and ours[-1] == theirs[-1]


def _is_fragment(bare: str) -> bool:
    """Whether a sentence ends before it says what is done, or how much."""
    said = pieces_of(re.sub(r"\([^()]*\)", "", bare))
    last = characters(said[-1]) if said else ""
    if pattern("phrase").match(last):
        ends = pattern("noun_end").search(last)
        return bool(ends) or not pattern("does").search(last)
    return not numbers_of(said[-1:]) and not pattern("predicate").search(last)


def _named_faults(
    bare: str,
    said: tuple[Piece, ...],
    sources: Sequence[tuple[Passage, tuple[Piece, ...]]],
) -> Iterator[Fault]:
    """The faults by name, for whoever is to mend them; at least one."""
    share, best = max(
        ((pairs_share(said, source), source) for _, source in sources),
        key=lambda row: row[0],
    )
    everything = folded(" ".join(p.text for p, _ in sources))
    found = [
        *_number_faults(said, [s for _, s in sources]),
        *_word_faults(bare, everything),
        *_negation_faults(said, best),
    ]
    yield from found
    if share < LEAST_PAIRS:
        yield Fault("other_words", bare)
    elif not found:
        yield Fault("order", bare)


def _number_faults(
    said: tuple[Piece, ...], sources: Sequence[tuple[Piece, ...]]
) -> Iterator[Fault]:
    known = [n for source in sources for n in numbers_of(source)]
    for number in numbers_of(said):
        same = [n.bounds for n in known if n.amount == number.amount]
        if not same:
            yield Fault("number", number.text)
        elif number.bounds not in same or (not number.bounds and any(same)):
            yield Fault("bound", number.text)


def _word_faults(bare: str, everything: str) -> Iterator[Fault]:
    for title in pattern("title").findall(bare):
        if f"《{title}》" not in everything:
            yield Fault("title", title)
    for code in ("name", "validity"):
        for found in pattern(code).findall(bare):
            if found not in everything:
                yield Fault(code, found)


def _negation_faults(
    said: tuple[Piece, ...], source: tuple[Piece, ...]
) -> Iterator[Fault]:
    """Negations that the source has not, or has where the sentence uses its words."""
    used = [p for p in source if pairs_share((p,), said) >= HALF]
    ours, theirs, near = (
        set(pattern("negation").findall(text_of(pieces)))
        for pieces in (said, source, used)
    )
    for word in sorted((ours - theirs) | (near - ours)):
        yield Fault("negation", word)
