"""python -m index: what it prints, where faults go, and how it ends."""

import argparse
import re
from pathlib import Path

import pytest
from checkout import Checkout
from chroma_server import free_port

from index.__main__ import alone, main, parser
from index.build import CURRENT
from index.read import Corpus
from index.yaml_files import DataError

DEVICES = "zhengzhou-2024#三（一）1"

pytestmark = pytest.mark.usefixtures("settings")


def test_show_lists_every_clause_with_its_heading(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
):
    assert main(["show"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "\t" in line]
    assert [line.partition("\t")[0] for line in lines] == list(corpus.clauses)


def test_show_prints_one_clause_with_its_source_and_its_units(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
):
    assert main(["show", DEVICES]) == 0
    out = capsys.readouterr().out
    clause = corpus.clauses[DEVICES]
    assert clause.text in out
    assert all(unit in out for unit in clause.units)
    assert f"{clause.sources[0].file} 第 {clause.sources[0].start}—" in out


def test_show_tells_every_correction(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
):
    corrected = [c for c in corpus.clauses.values() if c.corrections]
    assert main(["show", corrected[0].id]) == 0
    out = capsys.readouterr().out
    assert out.count("更正（") == len(corrected[0].corrections)


def test_show_tells_how_another_source_differs(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
):
    clause = next(c for c in corpus.clauses.values() if c.variants)
    assert main(["show", clause.id]) == 0
    out = capsys.readouterr().out
    assert out.count("来源：") == len(clause.sources) >= 2
    assert all(v.theirs in out and v.ours in out for v in clause.variants)


@pytest.mark.parametrize(
    "clause", ["", "三（一）1", "zhengzhou-2024#三（一）99", "{x}"]
)
def test_an_unknown_clause_ends_in_a_fault_and_a_remedy(
    clause: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["show", clause]) == 1
    told = "".join(capsys.readouterr())
    assert f"“{clause}”" in told
    assert "python -m index show" in told


def test_check_finds_nothing_odd_in_the_five_texts(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
):
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert f"共 {len(corpus.clauses)} 条" in out
    assert "疑点 0 处" in out
    assert all(document.partition("/")[0] in out for document in corpus.documents)


def test_build_says_when_there_is_nothing_to_do(
    corpus: Corpus, index_folder: Path, capsys: pytest.CaptureFixture[str]
):
    before = (index_folder / CURRENT).read_text("utf-8")
    assert main(["build"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("索引已是最新")
    assert f"{len(corpus.clauses)} 条" in out
    assert (index_folder / CURRENT).read_text("utf-8") == before


def test_a_changed_text_is_checked_built_and_shown(checkout: Checkout):
    text = checkout.texts["zhengzhou"].replace("5000元", "6000元")
    checkout.write_texts(zhengzhou=text)
    built = checkout.run("build")
    assert built.returncode == 0, built.stderr
    assert re.search(r"索引已建立：3 份.*新算 2 段", built.stdout)
    shown = checkout.run("show", "zhengzhou#第二条")
    assert "6000元" in shown.stdout
    assert shown.stderr == ""


def test_a_fault_in_the_data_is_told_in_chinese_and_nothing_is_built(
    checkout: Checkout,
):
    checkout.write("paraphrases/all.yaml", {"zhengzhou#第九条": ["问"]})
    current = (checkout.index / CURRENT).read_text("utf-8")
    result = checkout.run("build")
    assert (result.returncode, result.stdout) == (1, "")
    assert "第九条" in result.stderr
    assert "Traceback" not in result.stderr
    assert (checkout.index / CURRENT).read_text("utf-8") == current
    assert len(checkout.builds) == 1


def test_odd_numbering_is_reported_and_check_fails(checkout: Checkout):
    text = checkout.texts["zhengzhou"].replace("第三条", "第五条")
    checkout.write_texts(zhengzhou=text)
    checkout.write("paraphrases/all.yaml", {})
    result = checkout.run("check")
    assert result.returncode == 1, result.stdout
    assert "第五条" in result.stdout


def test_a_missing_model_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("POLICY_MODEL", "no/such/model")
    assert main(["build"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "no/such/model" in err
    assert "POLICY_MODEL" in err


def test_a_server_that_is_away_is_told_and_nothing_is_built(
    monkeypatch: pytest.MonkeyPatch,
    index_folder: Path,
    capsys: pytest.CaptureFixture[str],
):
    current = (index_folder / CURRENT).read_text("utf-8")
    monkeypatch.setenv("POLICY_CHROMA_URL", f"http://127.0.0.1:{free_port()}")
    assert main(["build"]) == 1
    assert "连不上 Chroma" in capsys.readouterr().err
    assert (index_folder / CURRENT).read_text("utf-8") == current


@pytest.mark.parametrize("arguments", [[], ["bild"], ["show", "a", "b"], ["add"]])
def test_wrong_arguments_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert "python -m index" in capsys.readouterr().err


def test_every_command_has_its_help_in_chinese():
    (commands,) = (
        action
        for action in parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    assert set(commands.choices) == {"build", "show", "check", "add"}
    texts = [action.help or "" for action in commands._choices_actions]
    assert all(re.search("[一-龥]{4}", text) for text in texts)


def test_two_builds_at_once_are_refused_with_a_word(tmp_path: Path):
    with alone(tmp_path), pytest.raises(DataError, match="正在"), alone(tmp_path):
        pass
    with alone(tmp_path):  # the first has let go
        pass
