"""Words typed by their sound: 射备 for 设备, 洛杨 for 洛阳."""

from functools import cache

from pypinyin import lazy_pinyin

from index.lexical import LexicalIndex

LONGEST_TEXT = 200  # characters: a story has its words right often enough


def respelled(
    text: str, terms: tuple[str, ...], never_wrong: str, lexical: LexicalIndex
) -> str:
    """The text with what sounds like one of the terms spelled as the term.

    A stretch is changed only if it shares a character with the term in its place, and
    if its own pairs of characters are in none of the texts: 上是 stays what it is.
    """
    if len(text) > LONGEST_TEXT:
        return text
    sounds = _by_sound(terms)
    for size in sorted({len(term) for term in terms}, reverse=True):
        start = 0
        while start + size <= len(text):
            said = text[start : start + size]
            term = sounds.get(_sound(said)) if said not in terms else None
            if term and _meant(said, term, never_wrong) and not lexical.holds(said):
                text = text[:start] + term + text[start + size :]
                start += size
            start += 1
    return text


def _meant(said: str, term: str, never_wrong: str) -> bool:
    """Whether some characters are right and none of the others is a word by itself."""
    wrong = [a for a, b in zip(said, term, strict=True) if a != b]
    return len(wrong) < len(said) and not set(wrong) & set(never_wrong)


@cache
def _by_sound(terms: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    return {_sound(term): term for term in terms}


def _sound(words: str) -> tuple[str, ...]:
    return tuple(_syllable(char) for char in words)


@cache
def _syllable(char: str) -> str:
    """A character's sound without its tone; what is no Chinese has none in common."""
    return lazy_pinyin(char)[0]
