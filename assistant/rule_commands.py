"""calc, match and rules on the command line: what each prints."""

import argparse
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from assistant.amounts import Figure
from assistant.calculator import Finding, Granted, Missing, NotMet, assess
from assistant.facts import chinese_date
from assistant.inputs import amount_text
from assistant.match import Checkup, match
from assistant.money import yuan_text
from assistant.profile_file import (
    BadInput,
    ProfileEntry,
    load_profile,
    profile_of,
)
from assistant.rules import Rule, Rulebook
from assistant.vocabulary import Vocabulary
from prompts import say


def add_rule_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", day: object
) -> None:
    """calc, match and rules, with `day` reading a date."""
    calc = commands.add_parser(
        "calc", help="按一条规则测算，如 calc zhengzhou-equipment"
    )
    calc.add_argument("rule", help="规则编号，见 rules list")
    calc.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="名称=值",
        help="输入项或事实，可重复",
    )
    calc.add_argument("--place", default=None, help="地区，如 郑州市上街区")
    calc.add_argument(
        "--level", action="append", default=[], help="企业级别，如 provincial，可重复"
    )
    checkup = commands.add_parser("match", help="政策体检：一份企业画像对照全部规则")
    checkup.add_argument("--profile", type=Path, required=True, help="画像文件（YAML）")
    rules = commands.add_parser("rules", help="列出、查看、核对规则")
    rules.add_argument(
        "action", choices=("list", "show", "check"), metavar="list|show|check"
    )
    rules.add_argument("rule", nargs="?", help="规则编号（show 用）")
    for command in (calc, checkup, rules):
        command.add_argument(
            "--as-of", type=day, default=None, help="按哪一天，默认今天"
        )  # type: ignore[arg-type]


def run(options: argparse.Namespace, rulebook: Rulebook, as_of: date) -> str:
    """What a command prints; raises BadInput or DataError, in Chinese."""
    match options.command:
        case "calc":
            return _calc(options, rulebook, as_of)
        case "match":
            profile = load_profile(options.profile, rulebook.vocabulary)
            return _checkup(match(rulebook, profile, as_of), rulebook.vocabulary, as_of)
        case _:
            return _rules(options, rulebook, as_of)


def rule_named(rulebook: Rulebook, name: str | None) -> Rule:
    """The rule of an id; raises BadInput that lists the ids."""
    if name not in rulebook.rules:
        listed = "、".join(rulebook.rules)
        raise BadInput(say("figures.cli.no_rule", name=name or "", listed=listed))
    return rulebook.rules[name]


def _calc(options: argparse.Namespace, rulebook: Rulebook, as_of: date) -> str:
    rule = rule_named(rulebook, options.rule)
    vocabulary = rulebook.vocabulary
    inputs: dict[str, str | int] = {}
    facts: dict[str, bool] = {}
    for pair in options.set:
        name, sign, value = pair.partition("=")
        if not sign or not value:
            raise BadInput(say("figures.cli.no_pair", pair=pair))
        if name in vocabulary.facts:
            facts[name] = _truth(name, value)
        else:
            inputs[name] = value
    levels = tuple(options.level)
    entry = ProfileEntry(place=options.place, levels=levels, facts=facts, inputs=inputs)
    finding = assess(rule, profile_of(entry, vocabulary), as_of)
    return "\n".join(describe(finding, vocabulary, as_of))


def _truth(name: str, value: str) -> bool:
    known = {"yes": True, "true": True, "no": False, "false": False}
    known |= {say("figures.cli.true"): True, say("figures.cli.false"): False}
    if value.lower() not in known:
        raise BadInput(say("figures.cli.no_truth", name=name, value=value))
    return known[value.lower()]


def describe(finding: Finding, vocabulary: Vocabulary, as_of: date) -> list[str]:
    """A finding in a few lines: sum, working, payee, status, words of the clause."""
    rule = finding.rule
    terms, document = rule.terms, rule.document
    payee = vocabulary.payees[terms.payee].label
    match finding:
        case Figure():
            head = say(f"figures.cli.{finding.bound}", amount=finding.text())
            lines = [f"{terms.label}：{head}", *(f"  {step}" for step in finding.steps)]
            lines += [
                f"  {say('figures.payers.' + payer)}：{yuan_text(share)}"
                for payer, share in finding.shares()
            ]
        case Granted():
            lines = [say("figures.cli.granted", label=terms.label)]
        case Missing(names=names):
            needed = "、".join(f"{vocabulary.label(n)}（{n}）" for n in names)
            lines = [say("figures.cli.missing", label=terms.label, needed=needed)]
        case NotMet():
            lines = [
                say(
                    "figures.cli.not_met",
                    label=terms.label,
                    reason=reason(finding, vocabulary),
                )
            ]
    source = say(
        "figures.cli.source",
        title=document.short,
        clause=terms.clause,
        quote=terms.quote,
    )
    status = say(f"replies.status_names.{document.status(as_of)}")
    return [*lines, say("figures.cli.payee", payee=payee, status=status), source]


def reason(finding: NotMet, vocabulary: Vocabulary) -> str:
    """Which condition fails, with its limit and what was given."""
    label = vocabulary.label(finding.condition)
    last = finding.rule.last_day()
    if finding.condition == "expired":
        return say("figures.cli.expired", until=chinese_date(last))
    if finding.limit is None or finding.given is None:
        return label
    limit = amount_text(finding.condition, finding.limit)
    given = amount_text(finding.condition, finding.given)
    return say(
        f"figures.cli.bound.{finding.bound}", label=label, limit=limit, given=given
    )


def _checkup(checkup: Checkup, vocabulary: Vocabulary, as_of: date) -> str:
    lines = [say("figures.cli.met", count=len(checkup.met))]
    for finding in checkup.met:
        lines += [
            f"- {line}" if not n else f"  {line}"
            for n, line in enumerate(describe(finding, vocabulary, as_of)[:-1])
        ]
    for dropped in checkup.choice.dropped:
        lines.append(
            say(
                "figures.cli.dropped",
                loser=dropped.loser.rule.terms.label,
                winner=dropped.winner.rule.terms.label,
                quote=dropped.quote,
            )
        )
    lines += _totals(checkup)
    lines.append(say("figures.cli.unknown", count=len(checkup.unknown)))
    lines += [
        f"- {u.rule.terms.label}（{u.rule.id}）：{vocabulary.label(u.decides)}"
        for u in checkup.unknown
    ]
    lines.append(say("figures.cli.unmet", count=len(checkup.not_met)))
    lines += [
        f"- {n.rule.terms.label}（{n.rule.id}）：{reason(n, vocabulary)}"
        for n in checkup.not_met
    ]
    if checkup.ask_first:
        lines.append(
            say("figures.cli.ask_first", name=vocabulary.label(checkup.ask_first))
        )
    return "\n".join(lines)


def _totals(checkup: Checkup) -> Iterable[str]:
    for level, result in checkup.totals:
        bound = say(f"figures.cli.{result.bound}", amount=yuan_text(result.amount))
        yield say(
            "figures.cli.total", level=say(f"replies.levels.{level}"), amount=bound
        )
    for last, rule in checkup.ends:
        yield say("figures.cli.ends", label=rule.terms.label, until=chinese_date(last))


def _rules(options: argparse.Namespace, rulebook: Rulebook, as_of: date) -> str:
    if options.action == "list":
        return "\n".join(
            f"{r.id}　{r.terms.label}　{r.terms.clause}"
            for r in rulebook.rules.values()
        )
    if options.action == "show":
        rule = rule_named(rulebook, options.rule)
        return rule.terms.model_dump_json(indent=2, exclude_defaults=True)
    return check(rulebook, as_of)


def check(rulebook: Rulebook, as_of: date) -> str:
    """All rules have passed; those past their last day are warned of."""
    lines = [
        say(
            "messages.rules.overdue",
            rule=rule.id,
            label=rule.terms.label,
            until=chinese_date(last),
        )
        for rule in rulebook.rules.values()
        if (last := rule.last_day()) and as_of > last
    ]
    return "\n".join([*lines, say("messages.rules.ok", count=len(rulebook.rules))])
