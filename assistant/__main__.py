"""python -m assistant ask | search | calc | match | rules | turns | accounts …"""

import argparse
import json
import sys
from datetime import date

from assistant.chat import Assistant
from assistant.endpoint import BadEndpoint, configured
from assistant.profile_file import BadInput
from assistant.rule_commands import add_rule_commands, run
from assistant.session import Session
from assistant.staff.accounts import StaffError
from assistant.staff.commands import add_staff_commands, run_accounts, run_clients
from assistant.turn_commands import add_turn_commands, run_replay, run_turns
from assistant.turn_log import Kept, TurnLog, TurnLogError, keep
from assistant.versions import versions_of
from assistant.with_model import final_answer
from index.embed import EmbedderError
from index.ranking import Hit
from index.read import read_corpus
from index.search import IndexMissing
from index.settings import Settings
from index.store import StoreError
from index.yaml_files import DataError
from prompts import say

FAULTS = (
    *(BadEndpoint, BadInput, DataError, EmbedderError),
    *(IndexMissing, StaffError, StoreError, TurnLogError),
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m assistant", description="惠企政策问答：只依据已收录的原文回答"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    ask = commands.add_parser("ask", help="回答一个问题，附条款出处与文件状态")
    ask.add_argument("--json", action="store_true", help="按问答约定输出 JSON")
    search = commands.add_parser("search", help="只检索条款，并说明各部分得分")
    search.add_argument("--top", type=_count, default=5, help="条数，默认 5")
    for command in (ask, search):
        command.add_argument("question", help="问题，用引号括起来")
        command.add_argument(
            "--as-of",
            type=_day,
            default=None,
            help="按哪一天作答，如 2025-06-01；默认今天",
        )
    add_rule_commands(commands.add_parser, _day)
    add_turn_commands(commands.add_parser, _day, _count)
    add_staff_commands(commands.add_parser)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a fault that is said in Chinese."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except FAULTS as error:
        print(error, file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "turns":
            print(run_turns(options, Settings()))
        case "replay":
            text, same = run_replay(options, Settings())
            print(text)
            return 0 if same else 1
        case "accounts":
            print(run_accounts(options, Settings()))
        case "clients":
            print(run_clients(options, Settings()))
        case "ask" | "search":
            print(_reply(Settings(), options, _as_of(options)))
        case _:  # rules need the texts only: neither the index nor the model
            print(run(options, read_corpus(), _as_of(options)))
    return 0


def _as_of(options: argparse.Namespace) -> date:
    return options.as_of or date.today()  # noqa: DTZ011


def _reply(settings: Settings, options: argparse.Namespace, as_of: date) -> str:
    endpoint = configured(settings) if options.command == "ask" else None
    if endpoint:
        endpoint.warm()
    assistant = Assistant.load(settings)
    if options.command == "search":
        ranking = assistant.search(options.question, as_of, options.top)
        return "\n".join(_line(n, hit) for n, hit in enumerate(ranking.hits, 1))
    session = Session()
    shown = final_answer(assistant, endpoint, options.question, session, as_of)
    model = endpoint.model if endpoint else None
    versions = versions_of(assistant.index.manifest, model)
    kept = keep(TurnLog.of(settings), versions, session, as_of, shown=shown)
    is_kept = isinstance(kept, Kept)
    note = say("turn_log.kept", turn=kept.turn) if is_kept else kept.fault
    print(note, file=sys.stderr)
    answer = kept.answer
    if options.json:
        return json.dumps(answer.to_json(), ensure_ascii=False, indent=2)
    return answer.to_markdown()


def _line(place: int, hit: Hit) -> str:
    parts = " ".join(f"{name}={value:.3f}" for name, value in hit.parts.items())
    words = hit.clause.heading or hit.clause.text[:20]
    return f"{place}. {hit.clause.id}　{words}　得分 {hit.score:.3f}（{parts}）"


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) == 0:
        raise argparse.ArgumentTypeError(f"条数“{value}”应当是 1 以上的整数")
    return int(value)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        message = f"日期“{value}”无法识别，请写成 2025-06-01 的形式"
        raise argparse.ArgumentTypeError(message) from error


if __name__ == "__main__":
    sys.exit(main())
