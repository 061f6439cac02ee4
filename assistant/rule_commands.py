"""calc, match and rules on the command line: what each prints."""

import argparse
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from assistant.calculator import Profile, assess
from assistant.facts import chinese_date
from assistant.finding_text import checkup_lines, describe
from assistant.match import match
from assistant.profile_file import BadInput, ProfileEntry, load_profile, profile_of
from assistant.rule_audit import audit
from assistant.rule_text import rule_text
from assistant.rules import Rule, Rulebook, load_rulebook
from assistant.vocabulary import Vocabulary
from index.read import Corpus
from index.yaml_files import DataError
from prompts import say

BOUNDS = ("more_than", "at_least", "at_most", "less_than", "at_least_rate")


def add_rule_commands(
    add: Callable[..., argparse.ArgumentParser], day: Callable[[str], date]
) -> None:
    """calc, match and rules: `add` makes a command, `day` reads a date."""
    calc = add("calc", help="按一条规则测算金额，写出每一步算法")
    calc.add_argument("rule", help="规则编号，见 rules list")
    calc.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="输入项或事实，如 investment=1500万、after_tax=是；可重复",
    )
    calc.add_argument("--place", help="地区，如 郑州市上街区；不写则不核对地区")
    calc.add_argument(
        "--level", action="append", default=[], help="企业级别，如 provincial；可重复"
    )
    checkup = add("match", help="政策体检：一份企业画像对照全部规则")
    checkup.add_argument("--profile", type=Path, required=True, help="画像文件（YAML）")
    rules = add("rules", help="列出、查看、核对规则")
    rules.add_argument(
        "action", choices=("list", "show", "check"), help="列出、查看一条、核对全部"
    )
    rules.add_argument("rule", nargs="?", help="规则编号（show 用）")
    for command in (calc, checkup, rules):
        command.add_argument(
            "--as-of", type=day, help="按哪一天，如 2025-06-01；默认今天"
        )


def run(options: argparse.Namespace, corpus: Corpus, as_of: date) -> str:
    """What a command prints; raises BadInput or DataError, in Chinese."""
    if options.command == "rules" and options.action == "check":
        return check(corpus, as_of)
    rulebook = load_rulebook(corpus.clauses, corpus.documents)
    match options.command:
        case "calc":
            rule = rule_named(rulebook, options.rule)
            profile = profile_typed(
                map(_pair, options.set),
                rule,
                rulebook.vocabulary,
                place=options.place,
                levels=options.level,
            )
            finding = assess(rule, profile, as_of)
            return "\n".join(describe(finding, profile, rulebook.vocabulary, as_of))
        case "match":
            profile = load_profile(options.profile, rulebook.vocabulary)
            checkup = match(rulebook, profile, as_of)
            lines = checkup_lines(checkup, profile, rulebook.vocabulary, as_of)
            return "\n".join(lines)
        case _ if options.action == "show":
            return rule_text(rule_named(rulebook, options.rule), rulebook, as_of)
        case _:
            rules = rulebook.rules.values()
            return "\n".join(
                f"{r.id}\t{r.terms.label}\t{r.terms.clause}" for r in rules
            )


def check(corpus: Corpus, as_of: date) -> str:
    """That all is well, after a warning of each rule past its last day.

    Raises DataError with every fault of every file.
    """
    faults = audit(corpus.clauses)
    if faults:
        raise DataError("\n".join(faults))
    rulebook = load_rulebook(corpus.clauses, corpus.documents)
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


def rule_named(rulebook: Rulebook, name: str | None) -> Rule:
    """The rule of an id; raises BadInput that names those nearest to it."""
    if name and name in rulebook.rules:
        return rulebook.rules[name]
    near = get_close_matches(name or "", rulebook.rules, 5) or [*rulebook.rules][:5]
    listed = "、".join(near)
    raise BadInput(say("figures.cli.no_rule", name=name or "", listed=listed))


def _pair(typed: str) -> tuple[str, str]:
    name, sign, value = (part.strip() for part in typed.partition("="))
    if not sign or not value:
        raise BadInput(say("figures.cli.no_pair", pair=typed))
    return name, value


def profile_typed(
    pairs: Iterable[tuple[str, str]],
    rule: Rule,
    vocabulary: Vocabulary,
    *,
    place: str | None,
    levels: Iterable[str],
) -> Profile:
    """A profile for one rule from inputs and facts by name; raises BadInput."""
    inputs: dict[str, str] = {}
    facts: dict[str, str] = {}
    for name, value in pairs:
        if name in inputs or name in facts:
            raise BadInput(say("figures.cli.no_repeat", name=name))
        if name not in vocabulary.inputs and name not in vocabulary.facts:
            used = "、".join(asks_for(rule, vocabulary))
            raise BadInput(say("figures.cli.no_input", name=name, used=used))
        (facts if name in vocabulary.facts else inputs)[name] = value
    entry = ProfileEntry(place=place, levels=tuple(levels), facts=facts, inputs=inputs)
    return profile_of(entry, vocabulary)


def asks_for(rule: Rule, vocabulary: Vocabulary) -> Iterator[str]:
    """The inputs and facts that a rule asks for, each with what it is called."""
    conditions = rule.terms.conditions
    bounded = [name for bound in BOUNDS for name in getattr(conditions, bound)]
    for name in dict.fromkeys((*rule.terms.amount.inputs, *bounded)):
        for base in vocabulary.bases(name):
            yield f"{base}（{vocabulary.label(base)}）"
    for name in (*conditions.facts, *conditions.assumed, *conditions.unless):
        yield f"{name}（{vocabulary.label(name)}）"
