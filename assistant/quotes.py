"""Where a quote stands in a clause, punctuation, width and white space apart."""

import re
import unicodedata

from index.read import Clause


def stands_in(quote: str, text: str) -> bool:
    """Whether a quote is verbatim in a text; … joins parts in their order."""
    return bool(locate(quote, text))


def locate(quote: str, text: str) -> tuple[tuple[int, int], ...]:
    """The [start, end) of each part of a quote in `text`, in their order; () if none.

    Letters and digits are compared, so that （） and () are the same.
    """
    bare, offsets = _bare(text)
    found: list[tuple[int, int]] = []
    position = 0
    for part in re.split("…+", quote):
        wanted, _ = _bare(part)
        if not wanted:
            continue
        at = bare.find(wanted, position)
        if at < 0:
            return ()
        position = at + len(wanted)
        found.append((offsets[at], offsets[position - 1] + 1))
    return tuple(_whole(text, start, end) for start, end in found)


def _bare(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text, folded, with the offset of each."""
    bare: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char).lower():
            if folded.isalnum() or folded in "%.:/":
                bare.append(folded)
                offsets.append(offset)
    return "".join(bare), offsets


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The passage with the brackets and quotation marks that belong to it."""
    pairs = {"“": "”", "（": "）", "(": ")", "《": "》", "‘": "’", "〔": "〕"}
    inside = text[start:end]
    if start and text[start - 1] in pairs and pairs[text[start - 1]] in inside:
        start -= 1
        inside = text[start:end]
    for opening, closing in pairs.items():
        unclosed = inside.count(opening) > inside.count(closing)
        if unclosed and text[end : end + 1] == closing:
            end += 1
    return start, end


def joined(clause: Clause, passages: list[tuple[int, int]]) -> str:
    """Passages of a clause in their order, … between those that are apart."""
    words, before = "", -1
    for start, end in _merged(passages):
        words += ("…" if before >= 0 else "") + clause.text[start:end]
        before = end
    return words


def _merged(passages: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(passages)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
