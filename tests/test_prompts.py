"""Every word that the code asks for is there, with a value for each variable."""

import ast
import re
import string
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from assistant.answer import Behaviour
from assistant.declining import COURTESIES
from assistant.langchain_tools import policy_tools
from assistant.personal_numbers import Kind
from assistant.question import FACTS
from assistant.replay import PARTS
from assistant.shapes import Bound
from assistant.staff.tickets import STATES
from assistant.terms import Payer
from assistant.versions import Versions
from eval.ablation import LEFT_OUT
from eval.coverage import SIDES
from index.declined import DeclinedType
from index.documents import Status
from index.read import Corpus
from index.yaml_files import load_yaml
from prompts import FOLDER, UnknownWords, say, words

ROOT = FOLDER.parent
BOUNDS = ("more_than", "at_least", "at_most", "less_than", "at_least_rate")
FILES = {path.stem: load_yaml(path) for path in sorted(FOLDER.glob("*.yaml"))}
SOURCES = [
    ROOT / "app.py",
    *(p for d in ("index", "assistant", "eval") for p in (ROOT / d).rglob("*.py")),
    *(ROOT / "assistant/web/templates").rglob("*.html"),
]
# A key in the code; of f"replies.status.{…}" the part before the brace.
KEY = re.compile(
    rf"""["'](?!model\.safetensors)((?:{"|".join(FILES)})\.[\w.]*)([{{"'])"""
)
# What may stand in the brace; every one of them has its words, and nothing else has.
VALUES = {
    "messages.validation": None,  # pydantic's names of what may be wrong
    "staff.states": STATES,
    "api.fields": None,  # of the requests; test_api.py
    "replies.status": get_args(Status),
    "replies.status_names": get_args(Status),
    "replies.refusals": [
        *get_args(DeclinedType),
        "empty",
        "too_long",
        "place",
    ],
    "replies.levels": ["national", "province", "city", "district"],
    "replies.notices": ["draft", "expired"],
    "replies.masked": get_args(Kind),
    "replies.units": ["given", "missing"],
    "replies.courtesy": COURTESIES,
    "replies.questions": ["place", "document"],
    "replies.facts": [*FACTS, "no_number", "no_issuer", "no_issued", "no_parts"],
    "evaluation.faults": None,  # the checks of eval/grade.py
    "evaluation.rates": ["head", "passed", "checks", "kinds", "documents"],
    **{
        f"evaluation.{section}": ["title", "note", "head"]
        for section in ("retrieval", "sweep", "latency", "limits")
    },
    "evaluation.confusion": ["title", "note", "corner"],
    "evaluation.variants": [*LEFT_OUT, "without_filters", "without_paraphrases"],
    "evaluation.refusals": ["precision", "recall", "answered"],
    "evaluation.rules": SIDES,
    "figures.answer": get_args(Bound),
    "figures.answer.total": get_args(Bound),
    "figures.answer.difference": get_args(Bound),
    "figures.compare": get_args(Bound),
    "figures.ask": None,  # the kinds of Doubt, place, level, benefit
    "figures.bad_sum": None,  # the codes of BadSum and InputError
    "figures.cli": None,
    "figures.cli.bound": None,
    "figures.conditions": None,  # the conditions of NotMet that are no input
    "figures.why_not": ["both", "draft", "payee", "condition"],
    "figures.not_met": None,
    "figures.payers": get_args(Payer),
    "figures.met": BOUNDS,
    "figures.met_worked": BOUNDS,
    "figures.reading": None,
    "figures.steps": ["over_cap", "under_cap"],
    "figures.steps.fixed": get_args(Bound),
    "figures.sums": ["total", "difference", "share", "base_at_cap"],
    "figures.vocabulary": ["benefits", "inputs", "facts", "levels", "payees"],
    "tools.descriptions": [tool.name for tool in policy_tools(None, date.min)],
    "tools.validation": None,  # pydantic's names of what may be wrong
    "turn_log.behaviour": get_args(Behaviour),
    "turn_log.parts": PARTS,
    "turn_log.versions": list(Versions.__dataclass_fields__),
    "model.faults": None,  # the codes of Fault
    "model.left_out": ["rejected", "failed"],
    "ui.corrections": ["each", "removed"],
    "ui.repair_kinds": None,  # test_every_kind_of_repair_has_a_name
}


def entries(prefix: str) -> dict[str, str]:
    """The sentences whose key begins so."""
    found: dict[str, str] = {}

    def walk(key: str, entry: Any) -> None:
        if isinstance(entry, dict):
            for name, inner in entry.items():
                walk(f"{key}.{name}", inner)
        elif isinstance(entry, str) and key.startswith(prefix):
            found[key] = entry

    for file, content in FILES.items():
        walk(file, content)
    return found


def variables(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def calls_of_say(path: Path) -> list[tuple[str, set[str]]]:
    """The keys said in a file, with the names of the values given to each."""
    found: list[tuple[str, set[str]]] = []
    if path.suffix == ".html":
        calls = re.findall(
            r"""say\((["'])([\w.]+)\1((?:[^()]|\([^()]*\))*)\)""", text_of(path)
        )
        return [(key, set(re.findall(r"(\w+)=", given))) for _, key, given in calls]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if named and node.func.id == "say" and all(k.arg for k in node.keywords):
            key = node.args[0]
            if isinstance(key, ast.Constant):
                found.append((key.value, {k.arg for k in node.keywords if k.arg}))
    return found


def test_a_sentence_is_filled_in():
    assert say("messages.no_file", file="甲.txt").startswith("找不到文件 甲.txt")


def test_a_missing_value_is_refused_and_named():
    with pytest.raises(UnknownWords, match=r"messages\.no_file.*file"):
        say("messages.no_file")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("messages.no_such_entry", "no_such_entry"),
        ("messages.no_file.deeper", "no_file.deeper"),
        ("messages.index", "not a sentence"),
        ("web.chat.examples", "not a sentence"),
        ("nowhere.at_all", "nowhere.yaml"),
        ("../prompts/web.chat", "yaml"),
    ],
)
def test_what_is_not_there_is_refused_and_named(key: str, told: str):
    with pytest.raises(UnknownWords, match=told):
        say(key)


def test_braces_in_a_value_are_said_as_they_are():
    assert "{x}" in say("messages.no_file", file="{x}")


def test_lists_and_mappings_are_given_as_they_stand():
    assert len(words("web.chat.examples")) >= 3
    assert words("replies.levels")["city"] == "市级"


@pytest.mark.parametrize(
    "source", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_every_key_in_the_code_exists(source: Path):
    for key, end in KEY.findall(source.read_text("utf-8")):
        if end == "{":
            assert entries(key), key
        else:
            words(key)


@pytest.mark.parametrize(
    "source", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_every_sentence_said_is_given_its_variables(source: Path):
    for key, given in calls_of_say(source):
        assert variables(words(key)) <= given, key


@pytest.mark.parametrize("prefix", [p for p, names in VALUES.items() if names])
def test_every_value_of_a_key_has_its_words(prefix: str):
    assert set(VALUES[prefix]) - set(words(prefix)) == set()


def test_every_kind_of_repair_has_a_name(corpus: Corpus):
    kinds = {c.kind for clause in corpus.clauses.values() for c in clause.corrections}
    assert kinds - set(words("ui.repair_kinds")) == set()


def test_no_sentence_is_kept_that_nobody_says():
    code = "".join(path.read_text("utf-8") for path in SOURCES)
    said = {key for key, end in KEY.findall(code) if end != "{"}
    for prefix, names in VALUES.items():
        said |= {f"{prefix}.{name}" for name in names or words(prefix)}

    def is_said(key: str) -> bool:
        """Alone, or in a mapping that is read as a whole."""
        return any(key == s or key.startswith(f"{s}.") for s in said)

    assert [key for key in entries("") if not is_said(key)] == []


def test_fixed_replies_state_no_sum_and_no_percentage():
    figures = re.compile(
        r"[\d.]+\s*[%％万元亿]|百分之|[一二三四五六七八九十百千]+[万元]"
    )
    said = {key: text for key, text in entries("replies.").items()}
    assert {key for key, text in said.items() if figures.search(text)} == set()
