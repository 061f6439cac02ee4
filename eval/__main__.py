"""python -m eval answers | retrieval | refusals | fit | mutations | fuzz."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.chat import Assistant
from assistant.endpoint import BadEndpoint, Endpoint, configured
from assistant.refusal import MODEL
from assistant.session import Session
from eval.answers import write_answers
from eval.cases import Case, CaseError, load_cases
from eval.fuzz import fuzz
from eval.fuzz_questions import load_material
from eval.mutations import answer_mutations, rule_mutations
from eval.retrieval import rankings, scores, without_paraphrases, write_rankings
from index.embed import EmbedderError
from index.read import read_corpus
from index.search import WEIGHTS, IndexMissing
from index.settings import Settings
from index.store import StoreError
from index.yaml_files import DataError
from prompts import say

TABLES = Path(__file__).parent.parent / "tests/rules"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m eval", description="评测问答与检索")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    answers = commands.add_parser("answers", help="逐轮作答，写出 OUT/answers.jsonl")
    retrieval = commands.add_parser(
        "retrieval", help="检索首轮问题，写出 OUT/rankings.jsonl 并打印 R@k 与 MRR"
    )
    for command in (answers, retrieval):
        command.add_argument("gold", type=Path, nargs=1, help="问答集（JSONL）")
        command.add_argument("out", type=Path, help="输出目录")
    answers.add_argument(
        "--model",
        action="store_true",
        help="用 LLM_BASE_URL 所设的语言模型润色再评；不加时从不使用语言模型",
    )
    retrieval.add_argument(
        "--without",
        choices=sorted(WEIGHTS),
        action="append",
        default=[],
        help="去掉一部分得分再评，可多次使用（消融）",
    )
    retrieval.add_argument(
        "--without-paraphrases",
        action="store_true",
        help="另建一个不含群众问法的索引再评（约半分钟）",
    )
    _add_others(commands.add_parser)
    return top


def _add_others(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands on refusals, mutations and random questions."""
    refusals = add("refusals", help="评测“该答还是该拒”的判断")
    fit = add("fit", help="重新拟合拒答判断，写入 assistant/refusal.yaml")
    mutations = add("mutations", help="逐处改错规则与回答，打印被查出的比例")
    for command in (refusals, fit, mutations):
        command.add_argument("gold", type=Path, nargs="+", help="问答集（JSONL）")
    fuzz = add(
        "fuzz", help="随机出题，逐轮核对回答，写出 OUT/fuzz.json；有差错时返回 1"
    )
    fuzz.add_argument("--count", type=int, default=20_000, help="几段对话")
    fuzz.add_argument("--seed", type=int, default=1, help="随机种子")
    fuzz.add_argument("out", type=Path, help="输出目录")
    fuzz.set_defaults(gold=())


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a fault that is said."""
    options = parser().parse_args(arguments)
    settings = Settings()
    try:
        endpoint = _endpoint(options, settings)
        assistant = Assistant.load(settings)
        cases = [case for gold in options.gold for case in load_cases(gold)]
    except (
        BadEndpoint,
        CaseError,
        EmbedderError,
        IndexMissing,
        StoreError,
        DataError,
        OSError,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    if options.command == "answers":
        options.out.mkdir(parents=True, exist_ok=True)
        _answers(assistant, cases, options.out / "answers.jsonl", endpoint)
    elif options.command == "retrieval":
        _retrieval(assistant, cases, options)
    elif options.command == "mutations":
        _mutations(assistant, cases)
    elif options.command == "fuzz":
        return _fuzz(assistant, options)
    else:
        from eval.refusal import fit, measure  # scikit-learn takes two seconds

        if options.command == "fit":
            _print(asdict(fit(assistant, cases, MODEL)))
        else:
            _print(asdict(measure(assistant, cases)))
    return 0


def _endpoint(options: argparse.Namespace, settings: Settings) -> Endpoint | None:
    """The language model, where it is asked for; raises BadEndpoint."""
    if options.command != "answers" or not options.model:
        return None
    if endpoint := configured(settings):
        return endpoint
    raise BadEndpoint(say("messages.endpoint.none"))


def _answers(
    assistant: Assistant, cases: list[Case], path: Path, endpoint: Endpoint | None
) -> None:
    turns = write_answers(assistant, cases, path, endpoint)
    print(f"{len(cases)} 例 {turns} 轮，已写入 {path}")


def _retrieval(
    assistant: Assistant, cases: list[Case], options: argparse.Namespace
) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    weights = {n: w for n, w in WEIGHTS.items() if n not in options.without}
    if options.without_paraphrases:
        assistant = without_paraphrases(assistant, options.out)
    ranked = rankings(assistant, cases, weights)
    write_rankings(options.out / "rankings.jsonl", ranked)
    _print(asdict(scores(cases, ranked)))


def _mutations(assistant: Assistant, cases: list[Case]) -> None:
    """How many deliberate faults are caught, in the rulebook and in answers."""
    corpus = read_corpus()
    answers = {
        case.id: assistant.ask(case.turns[0].user, Session(), case.as_of)
        for case in cases
    }
    for name, tally in (
        ("rules", rule_mutations(assistant.rulebook, corpus.clauses, TABLES)),
        ("answers", answer_mutations(answers)),
    ):
        print(f"{name}: {tally.made} mutations, killed {tally.kill_rate:.2%}")
        print("\n".join(tally.survivors))


def _fuzz(assistant: Assistant, options: argparse.Namespace) -> int:
    material = load_material()
    report = fuzz(assistant, options.count, options.seed, material, options.out)
    _print(asdict(report))
    return int(bool(report.exceptions or report.violations))


def _print(row: dict[str, Any]) -> None:
    print(json.dumps(row, ensure_ascii=False, default=str))


if __name__ == "__main__":
    sys.exit(main())
