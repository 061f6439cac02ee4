"""Differences in wording between two sources of one clause."""

import difflib
import re
from dataclasses import dataclass

# What two sources may differ in; 1.5% is not 15.
PUNCTUATION = re.compile(r"(?!%|(?<=\d)\.(?=\d))[\W_]")
# Differences this close together are one, shown with as much context.
NEAR = 4


@dataclass(frozen=True, slots=True)
class Variant:
    """A difference in wording between the first source of a clause and another."""

    file: str
    ours: str
    theirs: str


def differences(file: str, ours: str, theirs: str) -> list[Variant]:
    """Where two sources differ in more than punctuation and white space."""
    a, b = (PUNCTUATION.sub("", t) for t in (ours, theirs))
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    changes: list[tuple[int, int, int, int]] = []
    for tag, i, j, k, n in matcher.get_opcodes():
        if tag == "equal":
            continue
        if changes and i - changes[-1][1] <= NEAR:
            i, _, k, _ = changes.pop()
        changes.append((i, j, k, n))
    return [
        Variant(file, a[max(0, i - NEAR) : j + NEAR], b[max(0, k - NEAR) : n + NEAR])
        for i, j, k, n in changes
    ]
