"""turns and replay on the command line: what each prints."""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time

from assistant.chat import Assistant
from assistant.replay import local_time, replay
from assistant.staff.tickets import delete_closed_before
from assistant.turn_log import StoredTurn, TurnLog
from assistant.versions import versions_of
from index.settings import Settings
from prompts import say, words

SHOWN = 40  # characters of a question


def add_turn_commands(
    add: Callable[..., argparse.ArgumentParser],
    day: Callable[[str], date],
    count: Callable[[str], int],
) -> None:
    """turns and replay: `add` makes a command, `day` and `count` read an argument."""
    turns = add("turns", help="列出最近几轮对话，或删去某一天之前的")
    turns.add_argument("--last", type=count, default=20, help="几轮，默认 20")
    turns.add_argument(
        "--delete-before",
        type=day,
        metavar="DATE",
        help="删去这一天之前的全部对话和已办结的工单，如 2026-01-01；不能恢复",
    )
    again = add("replay", help="把一轮对话重算一遍，与当时的回答逐项对比")
    again.add_argument("turn", help="编号，见 turns")
    again.add_argument("--json", action="store_true", help="输出 JSON")


def run_turns(options: argparse.Namespace, settings: Settings) -> str:
    """What `turns` prints; raises TurnLogError."""
    log = TurnLog.of(settings)
    if day := options.delete_before:
        tickets = delete_closed_before(log, _start_of(day))
        count = log.delete_before(_start_of(day))  # and empties what was deleted
        return say("turn_log.deleted", day=day, count=count, tickets=tickets)
    turns = log.latest(options.last)
    return "\n".join(map(_line, turns)) or say("turn_log.none")


def run_replay(options: argparse.Namespace, settings: Settings) -> tuple[str, bool]:
    """What `replay` prints, and whether the answer is the same.

    Raises TurnLogError, and what Assistant.load raises.
    """
    log = TurnLog.of(settings)
    log.before(log.turn(options.turn))  # told at once, not after the index is loaded
    assistant = Assistant.load(settings)
    versions = versions_of(assistant.index.manifest)
    outcome = replay(log, assistant, versions, options.turn)
    if options.json:
        text = json.dumps(outcome.to_json(), ensure_ascii=False, indent=2)
    else:
        text = outcome.to_text()
    return text, not outcome.differing


def _start_of(day: date) -> datetime:
    """Midnight here, as UTC without a zone."""
    return datetime.combine(day, time()).astimezone(UTC).replace(tzinfo=None)


def _line(turn: StoredTurn) -> str:
    words_asked = " ".join(turn.question.split())
    shown = words_asked[:SHOWN] + "…" * (len(words_asked) > SHOWN)
    behaviour = words("turn_log.behaviour")[turn.answer["behaviour"]]
    return say(
        "turn_log.listed",
        turn=turn.id,
        time=local_time(turn),
        behaviour=behaviour,
        question=shown,
    )
