"""Text that remembers where each character stood in the raw file.

Repairs never overwrite: each is a `Correction` in raw offsets, so that a page can
highlight the source and a test can prove that no character was lost.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Correction:
    """One repair: `raw[start:end]` of the source file is read as `corrected`."""

    start: int
    end: int
    raw: str
    corrected: str
    kind: str  # a key of `repair_kinds` in prompts/ui.yaml


class Edit(NamedTuple):
    """Replace `[start, end)` of the current text by `new`."""

    start: int
    end: int
    new: str
    kind: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string, the raw offsets [starts, ends) of its characters, and its repairs."""

    raw: str
    value: str
    starts: "array[int]"
    ends: "array[int]"
    corrections: tuple[Correction, ...] = ()

    @classmethod
    def from_raw(cls, raw: str) -> "Text":
        """The raw file's text, nothing repaired yet."""
        size = len(raw)
        return cls(raw, raw, array("I", range(size)), array("I", range(1, size + 1)))

    def __len__(self) -> int:
        return len(self.value)

    def span(self) -> tuple[int, int]:
        """The raw offsets [start, end) that it covers, (0, 0) if empty."""
        return (self.starts[0], self.ends[-1]) if self.value else (0, 0)

    def part(self, start: int, end: int) -> "Text":
        """The slice `[start, end)` with the corrections that fall inside it."""
        starts, ends = self.starts[start:end], self.ends[start:end]
        if not starts:
            return Text(self.raw, "", starts, ends)
        low = starts[0] if start > 0 else 0
        high = self.starts[end] if end < len(self) else len(self.raw)
        first = bisect_left(self.corrections, low, key=_start)
        last = bisect_left(self.corrections, high, key=_start)
        inside = self.corrections[first:last]
        return Text(self.raw, self.value[start:end], starts, ends, inside)

    def edit(self, edits: Iterable[Edit]) -> "Text":
        """Apply edits, given in order and without overlap, and record each of them."""
        pieces: list[str] = []
        starts, ends = array("I"), array("I")
        made: list[Correction] = []
        done = 0
        for edit in edits:
            pieces += (self.value[done : edit.start], edit.new)
            starts += self.starts[done : edit.start]
            ends += self.ends[done : edit.start]
            low, high = self.starts[edit.start], self.ends[edit.end - 1]
            if len(edit.new) == edit.end - edit.start:  # keep character by character
                starts += self.starts[edit.start : edit.end]
                ends += self.ends[edit.start : edit.end]
            else:
                starts += array("I", [low] * len(edit.new))
                ends += array("I", [high] * len(edit.new))
            made.append(Correction(low, high, self.raw[low:high], edit.new, edit.kind))
            done = edit.end
        if not made:
            return self
        pieces.append(self.value[done:])
        starts += self.starts[done:]
        ends += self.ends[done:]
        kept = _uncovered(self.corrections, made)
        corrections = tuple(sorted([*kept, *made], key=lambda c: (c.start, c.end)))
        return Text(self.raw, "".join(pieces), starts, ends, corrections)


def _start(correction: Correction) -> int:
    return correction.start


def _uncovered(old: Iterable[Correction], made: list[Correction]) -> list[Correction]:
    """The earlier repairs that no later one covers; a later one replaces them."""
    begins = [c.start for c in made]

    def covered(c: Correction) -> bool:
        at = bisect_right(begins, c.start) - 1
        return at >= 0 and c.end <= made[at].end

    return [c for c in old if not covered(c)]
