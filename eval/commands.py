"""What each command of the evaluation does; its words are printed at the end."""

import argparse
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assistant.chat import Assistant
from assistant.endpoint import BadEndpoint, Endpoint, configured
from assistant.refusal import MODEL
from assistant.rules import load_rulebook
from assistant.session import Session
from assistant.turn_log import TurnLog
from eval import adopt, gate
from eval.against import differences
from eval.answers import outcome_of
from eval.attacks import attacks_outcome, load_attacks
from eval.cases import Case, load_cases
from eval.coverage import coverage
from eval.fuzz import fuzz
from eval.fuzz_questions import load_material
from eval.gold_check import case_faults, repeated
from eval.gold_table import load_gold
from eval.mutations import answer_mutations, rule_mutations
from eval.outcome import Outcome, configuration, write_outcome
from eval.refusal import fit, measure
from eval.report import report_page
from eval.retrieval import (
    rankings,
    scores,
    without_paraphrases,
    write_rankings,
)
from eval.retrieval_report import retrieval_outcome
from eval.rule_report import TABLES, rule_tables, rules_outcome
from eval.run import run_cases, write_answers
from index.read import read_corpus
from index.search import WEIGHTS
from index.settings import Settings
from prompts import say


@dataclass(frozen=True, slots=True)
class Done:
    """What a command prints, and the exit status."""

    text: str
    status: int = 0


Options = argparse.Namespace
Words = Sequence[str]


def run_answers(options: Options, settings: Settings, words: Words) -> Done:
    """Answer, grade and report on a gold set."""
    endpoint = _endpoint(options, settings)
    assistant = Assistant.load(settings)
    cases = load_gold(options.gold, _today())
    options.out.mkdir(parents=True, exist_ok=True)
    runs = run_cases(assistant, cases, endpoint)
    path = options.out / "answers.jsonl"
    turns = write_answers(runs, path)
    outcome = outcome_of(assistant, cases, runs, settings.data)
    model = endpoint.model if endpoint else None
    config = configuration(assistant, words, [options.gold], model)
    told = say("evaluation.done.answers", cases=len(cases), turns=turns, path=path)
    return _written(outcome, options, config, told)


def run_retrieval(options: Options, settings: Settings, words: Words) -> Done:
    """Rank the clauses for the first turns of a gold set."""
    assistant = Assistant.load(settings)
    cases = load_gold(options.gold, _today())
    options.out.mkdir(parents=True, exist_ok=True)
    config = configuration(assistant, words, [options.gold])
    weights = {n: w for n, w in WEIGHTS.items() if n not in options.without}
    if options.without_paraphrases:
        assistant = without_paraphrases(assistant, options.out)
    ranked = rankings(assistant, cases, weights)
    write_rankings(options.out / "rankings.jsonl", ranked)
    told = _row(asdict(scores(cases, ranked)))
    return _written(retrieval_outcome(cases, ranked), options, config, told)


def run_rules(options: Options, settings: Settings, words: Words) -> Done:
    """Compute every line of the rule tables again."""
    assistant = Assistant.load(settings)
    options.out.mkdir(parents=True, exist_ok=True)
    outcome = rules_outcome(assistant.rulebook, rule_tables())
    return _written(outcome, options, configuration(assistant, words, []))


def run_attacks(options: Options, settings: Settings, words: Words) -> Done:
    """Ask every plain question with every attack, and the cases that are attacks."""
    assistant = Assistant.load(settings)
    options.out.mkdir(parents=True, exist_ok=True)
    hostile = [case for case in gate.gate_cases() if case.kind == "robust"]
    runs = run_cases(assistant, hostile)
    outcome = attacks_outcome(assistant, load_attacks(), runs)
    return _written(outcome, options, configuration(assistant, words, []))


def _written(
    outcome: Outcome, options: Options, config: dict[str, Any], told: str = ""
) -> Done:
    """Write the folder; what got worse than the baseline decides the status."""
    changes = differences(outcome, options.against) if options.against else None
    page = report_page(outcome, config, changes)
    write_outcome(outcome, options.out, config, page)
    passed = sum(row.passed for row in outcome.rows)
    lines = [told] if told else []
    if not told:
        total = len(outcome.rows)
        lines = [
            say("evaluation.done.rows", passed=passed, total=total, out=options.out)
        ]
    if changes:
        names = ("broken", "mended", "otherwise", "new", "gone")
        counts = {name: len(getattr(changes, name)) for name in names}
        lines.append(say("evaluation.report.changed", **counts))
    return Done("\n".join(lines), int(bool(changes and changes.broken)))


def run_gate(options: Options, settings: Settings, _: Words) -> Done:
    """Hold the present answers against the committed baseline, or commit them."""
    assistant = Assistant.load(settings)
    runs = run_cases(assistant, gate.gate_cases())
    metrics, missed = gate.gate_metrics(assistant, runs), gate.load_missed()
    if options.write:
        gate.write_baseline(metrics)
        values = {"cases": len(runs), "file": gate.METRICS}
        return Done(say("evaluation.gate.written", **values))
    faults = gate.gate_faults(runs, metrics, gate.load_baseline(), missed)
    opened = say("evaluation.gate.open", cases=len(runs), listed=len(missed))
    return Done("\n".join(faults) or opened, int(bool(faults)))


def run_check(options: Options, settings: Settings, _: Words) -> Done:
    """Whether gold cases can be trusted, and what they leave out."""
    corpus = read_corpus()
    cases = _all(options.gold) or gate.gate_cases()
    told = [
        f"{case.id}: {fault}"
        for case in cases
        for fault in case_faults(case, corpus.clauses)
    ]
    if options.shared:
        same = repeated(cases, load_cases(options.shared))
        told += [say("evaluation.check.repeated", id=id_) for id_ in same]
    rulebook = load_rulebook(corpus.clauses, corpus.documents)
    covered = asdict(coverage(cases, corpus, rulebook))
    return Done("\n".join([*told, _row(covered)]), int(bool(told)))


def run_adopt(options: Options, settings: Settings, _: Words) -> Done:
    """Make a stored turn with its correction a case."""
    expect = adopt.correction(
        options.behaviour,
        options.clauses,
        options.say,
        options.amounts,
        options.notice,
        options.verdict,
    )
    clauses, log = read_corpus().clauses, TurnLog.of(settings)
    case = adopt.adopt(log, options.turn, expect, options.note, clauses)
    return Done(say("evaluation.adopt.done", id=case.id, file=adopt.ADOPTED))


def run_reviews(_: Options, settings: Settings, __: Words) -> Done:
    """Make every turn that a supervisor reviewed a case; 1 where one does not stand."""
    with closing(TurnLog.of(settings)) as log:
        made, faults = adopt.adopt_reviews(log, read_corpus().clauses)
    lines = [say("evaluation.adopt.count", count=len(made), file=adopt.ADOPTED)]
    lines += [
        say("evaluation.adopt.fault", turn=turn, problem=problem)
        for turn, problem in faults.items()
    ]
    return Done("\n".join(lines), int(bool(faults)))


def run_refusals(options: Options, settings: Settings, _: Words) -> Done:
    """Measure the decision to answer or refuse."""
    assistant = Assistant.load(settings)
    return Done(_row(asdict(measure(assistant, _all(options.gold)))))


def run_fit(options: Options, settings: Settings, _: Words) -> Done:
    """Fit the decision to answer or refuse."""
    assistant = Assistant.load(settings)
    return Done(_row(asdict(fit(assistant, _all(options.gold), MODEL))))


def run_mutations(options: Options, settings: Settings, _: Words) -> Done:
    """How many deliberate faults are caught, in the rulebook and in answers."""
    assistant, corpus = Assistant.load(settings), read_corpus()
    answers = {
        case.id: assistant.ask(case.turns[0].user, Session(), case.as_of)
        for case in _all(options.gold)
    }
    lines: list[str] = []
    for name, tally in (
        ("rules", rule_mutations(assistant.rulebook, corpus.clauses, TABLES)),
        ("answers", answer_mutations(answers)),
    ):
        lines.append(f"{name}: {tally.made} mutations, killed {tally.kill_rate:.2%}")
        lines += tally.survivors
    return Done("\n".join(lines))


def run_fuzz(options: Options, settings: Settings, _: Words) -> Done:
    """Random questions against what must always hold."""
    assistant, material = Assistant.load(settings), load_material()
    report = fuzz(assistant, options.count, options.seed, material, options.out)
    failed = bool(report.exceptions or report.violations)
    return Done(_row(asdict(report)), int(failed))


def _endpoint(options: Options, settings: Settings) -> Endpoint | None:
    """The language model, where it is asked for; raises BadEndpoint."""
    if not options.model:
        return None
    if endpoint := configured(settings):
        return endpoint
    raise BadEndpoint(say("messages.endpoint.none"))


def _today() -> date:
    """The day for the rows of a table that name none."""
    return date.today()  # noqa: DTZ011


def _all(paths: Sequence[Path]) -> list[Case]:
    return [case for path in paths for case in load_cases(path)]


def _row(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=str)
