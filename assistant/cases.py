"""The cases that a question sets side by side: places, levels, two sums."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.calculator import PlacePath
from assistant.known import Known
from assistant.question import Request, patterns

MOST = 4


def cases_of(
    request: Request, known: Known, places: Sequence[PlacePath]
) -> tuple[Known, ...]:
    """One case for each thing compared; a single one where nothing is.

    Only one kind of thing is taken apart: places before levels before numbers.
    """
    if len(places) > 1:
        return tuple(replace(known, place=place) for place in places[:MOST])
    apart = bool(patterns()["each_of"].search(request.asked))
    if not (apart or "difference" in request.wants):
        return (known,)
    if len(known.levels) > 1:
        return tuple(
            replace(known, levels=frozenset({level}))
            for level in sorted(known.levels)
            if level not in ("innovative", "unrated")
        )
    for name, mentions in known.numbers.items():
        values = list({m.value: m for m in mentions}.values())
        listed = any(m.is_part for m in mentions)
        if len(values) > 1 and not listed and _alike(mentions[0].cue, mentions[1].cue):
            return tuple(
                replace(known, numbers={**known.numbers, name: (value,)})
                for value in values[:MOST]
            )
    return (known,)


def _alike(one: str, other: str) -> bool:
    """Whether two words may stand for one thing: not 设备 and 软件."""
    nouns = patterns()["part_noun"]
    first, second = nouns.search(one), nouns.search(other)
    return not (first and second and first.group() != second.group())
