"""python -m eval answers | retrieval | rules | attacks | gate | check | adopt | …"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from assistant.endpoint import BadEndpoint
from assistant.turn_log import TurnLogError
from eval import commands
from eval.against import BaselineError
from eval.cases import CaseError
from index.embed import EmbedderError
from index.search import WEIGHTS, IndexMissing
from index.settings import Settings
from index.store import StoreError
from index.yaml_files import DataError

Add = Callable[..., argparse.ArgumentParser]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m eval", description="评测问答与检索")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="命令")
    _add_reports(subparsers.add_parser)
    _add_gold(subparsers.add_parser)
    _add_others(subparsers.add_parser)
    return top


def _add_reports(add: Add) -> None:
    """The commands that write a folder with a report."""
    answers = add("answers", help="逐轮作答并评分，在 OUT 写出回答、指标和报告")
    answers.set_defaults(run=commands.run_answers)
    retrieval = add("retrieval", help="检索首轮问题，写出 OUT/rankings.jsonl 和指标")
    retrieval.set_defaults(run=commands.run_retrieval)
    for command in (answers, retrieval):
        gold = "问答集：JSONL，或列名为 问题、条款、应包含、金额、日期 的 .csv、.xlsx"
        command.add_argument("gold", type=Path, help=gold)
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
    rules = add("rules", help="重算 tests/rules 的每一行，查每处界限是否都试过")
    rules.set_defaults(run=commands.run_rules)
    attacks = add("attacks", help="每种攻击套在每个问题上，查回答有没有被改变")
    attacks.set_defaults(run=commands.run_attacks)
    for command in (answers, retrieval, rules, attacks):
        command.add_argument("out", type=Path, help="输出目录")
        command.add_argument(
            "--against",
            type=Path,
            metavar="BASELINE",
            help="与以前的输出目录逐例比较；有用例变坏时返回 1",
        )


def _add_gold(add: Add) -> None:
    """The commands on the gold set itself."""
    gate = add("gate", help="用 eval/cases 全部用例评一遍，低于基线时返回 1")
    gate.add_argument("--write", action="store_true", help="以这一次的指标为新基线")
    gate.set_defaults(run=commands.run_gate)
    check = add("check", help="查用例：条款在不在，金额有没有出处，理由写没写")
    check.add_argument("gold", type=Path, nargs="*", help="默认 eval/cases 全部")
    check.add_argument("--shared", type=Path, help="不得重复其中问题的另一套用例")
    check.set_defaults(run=commands.run_check)
    adopt = add("adopt", help="把一轮真实对话连同更正收作用例")
    adopt.add_argument("turn", help="编号，见 python -m assistant turns")
    adopt.add_argument("--note", required=True, help="为什么这样答才对，谁定的")
    adopt.add_argument(
        "--behaviour", choices=("answer", "clarify", "refuse"), default="answer"
    )
    adopt.add_argument("--clauses", default="", help="甲|乙；丙：甲乙任一，并且丙")
    adopt.add_argument("--say", default="", help="应包含的话，写法同上")
    adopt.add_argument("--amounts", default="", help="如 不超过150万元；6万元")
    adopt.add_argument("--notice", action="append", default=[], help="应有的提示代码")
    adopt.add_argument("--verdict", choices=("yes", "no", "depends"))
    adopt.set_defaults(run=commands.run_adopt)
    reviews = add("reviews", help="把坐席台里班长复核过的全部收作用例，站不住的说明")
    reviews.set_defaults(run=commands.run_reviews)


def _add_others(add: Add) -> None:
    """The commands on refusals, mutations and random questions."""
    refusals = add("refusals", help="评测“该答还是该拒”的判断")
    refusals.set_defaults(run=commands.run_refusals)
    fit = add("fit", help="重新拟合拒答判断，写入 assistant/refusal.yaml")
    fit.set_defaults(run=commands.run_fit)
    mutations = add("mutations", help="逐处改错规则与回答，打印被查出的比例")
    mutations.set_defaults(run=commands.run_mutations)
    for command in (refusals, fit, mutations):
        command.add_argument("gold", type=Path, nargs="+", help="问答集（JSONL）")
    fuzz = add(
        "fuzz", help="随机出题，逐轮核对回答，写出 OUT/fuzz.json；有差错时返回 1"
    )
    fuzz.add_argument("--count", type=int, default=20_000, help="几段对话")
    fuzz.add_argument("--seed", type=int, default=1, help="随机种子")
    fuzz.add_argument("out", type=Path, help="输出目录")
    fuzz.set_defaults(run=commands.run_fuzz)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a fault that is said."""
    words = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(words)
    try:
        done = options.run(options, Settings(), words)
    except (
        BadEndpoint,
        BaselineError,
        CaseError,
        EmbedderError,
        IndexMissing,
        StoreError,
        DataError,
        TurnLogError,
        OSError,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    print(done.text)
    return done.status


if __name__ == "__main__":
    sys.exit(main())
