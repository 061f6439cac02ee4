"""Whatever a real model writes, answers stay true: `make test-model`, docs/model.md."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from model_run import Heard, Turned, answered, told

from assistant.chat import Assistant
from assistant.endpoint import configured
from eval.cases import load_cases
from eval.run import run_cases, write_answers
from index.settings import Settings

QA = Path(__file__).parent.parent.parent / "shared/qa"
EVERY = int(os.environ.get("LLM_TEST_EVERY", "1"))  # 3: each third case only

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not QA.exists(), reason="../shared/qa is not there"),
]


@dataclass(frozen=True, slots=True)
class Run:
    """The same cases without and with the model, graded."""

    alone: dict[str, Any]
    worded: dict[str, Any]
    turned: list[Turned]


@pytest.fixture(scope="module")
def model() -> Heard:
    found = configured(Settings())
    if found is None:
        pytest.skip("LLM_BASE_URL is not set: no model to ask")
    heard = Heard(found.url, found.model, found.key, found.deadline)
    heard.warm()
    return heard


@pytest.fixture(scope="module")
def run(
    model: Heard,
    assistant: Assistant,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Run:
    """Answers, turns and grades, kept in a folder that the report names."""
    out = tmp_path_factory.mktemp("live")
    lines = (QA / "dev.jsonl").read_text("utf-8").splitlines()[::EVERY]
    gold, alone, worded = (out / f"{n}.jsonl" for n in ("gold", "alone", "worded"))
    gold.write_text("\n".join(lines) + "\n", "utf-8")
    cases = load_cases(gold)
    write_answers(run_cases(assistant, cases), alone)
    turned = answered(assistant, model, cases, worded)
    run = Run(graded(gold, alone), graded(gold, worded), turned)
    counts = f"{run.alone['passed']} alone, {run.worded['passed']} worded"
    plugins = request.config.pluginmanager
    report = plugins.getplugin("terminalreporter")
    with plugins.getplugin("capturemanager").global_and_fixture_disabled():
        report.write_line(f"\n{len(cases)} cases, passed: {counts}; kept in {out}")
        for line in told(turned):
            report.write_line(line)
    return run


def graded(gold: Path, answers: Path) -> dict[str, Any]:
    """What grade.py says."""
    grades = answers.with_suffix(".grades.json")
    command = [sys.executable, str(QA / "grade.py"), str(gold), str(answers)]
    subprocess.run([*command, "--json", str(grades)], check=True, capture_output=True)
    return json.loads(grades.read_text("utf-8"))


def test_the_model_is_reached(run: Run):
    asked = [turn for turn in run.turned if turn.replies]
    assert asked
    bad = ("left out: dropped", "left out: status", "left out: empty")
    assert [t.outcome for t in asked if t.outcome not in bad]


@pytest.mark.parametrize("check", ["figures_supported", "quotes_true", "markers"])
def test_every_figure_and_quote_of_a_worded_answer_is_true(run: Run, check: str):
    good, of = run.worded["checks"][check]
    assert good == of > 0


def test_no_case_is_lost_by_the_models_words(run: Run):
    lost = {f["id"] for f in run.worded["failures"]}
    assert sorted(lost - {f["id"] for f in run.alone["failures"]}) == []
    assert run.worded["passed"] >= run.alone["passed"]


def test_nobody_waits_longer_than_the_deadline(run: Run, model: Heard):
    waited = [t.last_seconds - t.first_seconds for t in run.turned]
    assert max(waited) < model.deadline + 1.0
