"""Ask a stored turn again and compare what comes out with what was answered."""

import json
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, cast

from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.session import Session
from assistant.turn_log import StoredTurn, TurnLog
from assistant.versions import Versions
from prompts import say, words

# What makes an answer the same; its time does not.
PARTS = (
    *("behaviour", "text", "verdict", "figures"),
    *("citations", "notices", "remarks", "questions", "profile"),
)


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored turn and what the present program answers in its place."""

    turn: StoredTurn
    answer: dict[str, Any]
    versions: Versions

    @property
    def differing(self) -> tuple[str, ...]:
        """The parts of the answer that are not as they were; () for the same answer."""
        then = self.turn.answer
        return tuple(p for p in PARTS if then.get(p) != self.answer.get(p))

    @property
    def changed(self) -> dict[str, tuple[str | None, str | None]]:
        """The versions that differ, by name: (then, now)."""
        both = (
            (name, getattr(self.turn.versions, name), getattr(self.versions, name))
            for name in Versions.__dataclass_fields__
        )
        return {name: (then, now) for name, then, now in both if then != now}

    def diff(self) -> list[str]:
        """The lines of a unified diff from the stored answer to the present one."""
        then, now = _lines(self.turn.answer), _lines(self.answer)
        names = say("turn_log.replay.then"), say("turn_log.replay.now")
        return list(unified_diff(then, now, *names, lineterm="", n=1))

    def to_json(self) -> dict[str, Any]:
        """The comparison for another program."""
        return {
            "turn": self.turn.id,
            "question": self.turn.question,
            "as_of": self.turn.as_of.isoformat(),
            "same": not self.differing,
            "differing": list(self.differing),
            "versions": {
                name: {"then": then, "now": now}
                for name, (then, now) in self.changed.items()
            },
            "then": self.turn.answer,
            "now": self.answer,
            "diff": self.diff(),
        }

    def to_text(self) -> str:
        """The comparison to read."""
        turn = self.turn
        lines = [
            say(
                "turn_log.replay.question",
                time=local_time(turn),
                as_of=turn.as_of,
                question=turn.question,
            ),
            say("turn_log.replay.answer"),
            turn.answer["text"],
            *(f"> ⚠ {notice['text']}" for notice in turn.answer["notices"]),
            "",
            self._outcome(),
            *self._versions(),
        ]
        if self.differing:
            lines += [say("turn_log.replay.diff"), *self.diff()]
        return "\n".join(lines)

    def _outcome(self) -> str:
        if not self.differing:
            return say("turn_log.replay.same")
        names = (words("turn_log.parts")[part] for part in self.differing)
        parts = say("replies.units.and").join(names)
        return say("turn_log.replay.different", parts=parts)

    def _versions(self) -> list[str]:
        if not self.changed:
            return [say("turn_log.replay.versions_same")]
        none = say("turn_log.replay.none")
        return [
            say("turn_log.replay.versions"),
            *(
                say(
                    "turn_log.replay.version",
                    name=words("turn_log.versions")[name],
                    then=then or none,
                    now=now or none,
                )
                for name, (then, now) in self.changed.items()
            ),
        ]


def replay(
    log: TurnLog, assistant: Assistant, versions: Versions, turn_id: str
) -> Replay:
    """Ask a turn's whole session up to it again, each turn on its own day.

    Nothing is stored. Raises TurnLogError where the turn or one before it is missing.
    """
    turn = log.turn(turn_id)
    session = Session()
    for earlier in log.before(turn):
        assistant.ask(earlier.question, session, earlier.as_of)
    answer = assistant.ask(turn.question, session, turn.as_of)
    return Replay(turn, _as_stored(answer), versions)


def local_time(turn: StoredTurn) -> str:
    """When a turn was asked, to the minute, where the program runs."""
    return f"{turn.local_asked_at:%Y-%m-%d %H:%M}"


def _as_stored(answer: Answer) -> dict[str, Any]:
    """The answer as it would come back from the log."""
    return json.loads(json.dumps(answer.to_json()))


def _lines(answer: dict[str, Any]) -> list[str]:
    """One line for each line of text and for each figure, citation, notice …"""
    lines: list[str] = []
    for part in PARTS:
        value = answer.get(part)
        if part == "text":
            lines += [f"{part}: {line}" for line in str(value).splitlines()]
            continue
        items = cast(list[Any], value) if isinstance(value, list) else [value]
        lines += [f"{part}: {json.dumps(i, ensure_ascii=False)}" for i in items]
    return lines
