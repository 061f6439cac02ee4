"""What no linter knows of the house style: sizes, names, directions, scripts."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GLOBS = ("app.py", *(f"{p}/**/*.py" for p in ("index", "assistant", "prompts", "eval")))
SOURCES = sorted(f.relative_to(ROOT).as_posix() for g in GLOBS for f in ROOT.glob(g))
MAY_NOT_IMPORT = {
    "index": {"assistant", "eval", "app"},
    "prompts": {"index", "assistant", "eval", "app"},
    "assistant": {"eval", "app"},
    "eval": {"app"},
}
# Where the Chinese script is the subject; words for the reader stand in prompts/*.yaml.
CHINESE_MODULES = {
    *("index/clean.py", "index/clauses.py", "index/numbering.py", "index/numerals.py"),
    *("index/markers.py", "index/draft.py", "index/draft_facts.py"),
    *("index/lines.py", "index/sentences.py", "index/units.py"),
    *("assistant/money.py", "assistant/places.py", "assistant/question.py"),
    *("assistant/quantities.py", "assistant/dates_said.py", "assistant/slots.py"),
    *("assistant/assignment.py", "assistant/said.py", "assistant/rule_checks.py"),
    *(
        "assistant/shapes.py",
        "assistant/clause_named.py",
        "eval/mutations.py",
        "eval/supported.py",
        "eval/says.py",
        "eval/working.py",
        "eval/gold_check.py",
        "eval/gold_table.py",
    ),
}


def test_nothing_but_the_pages_knows_of_the_pages():
    others = [s for s in SOURCES if not s.startswith(("assistant/web/", "app.py"))]
    texts = {s: (ROOT / s).read_text("utf-8") for s in others}
    assert [s for s, text in texts.items() if "assistant.web" in text] == []


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def nodes(source: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))))


def test_files_and_functions_fit_on_a_screen(source: str, nodes: list[ast.AST]):
    assert len((ROOT / source).read_text(encoding="utf-8").splitlines()) <= 250
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef)]
    assert [f.name for f in functions if f.end_lineno - f.lineno >= 40] == []


def test_names_say_what_a_thing_is(source: str, nodes: list[ast.AST]):
    assert Path(source).stem not in {"utils", "helpers", "common", "base"}
    names = [n.name for n in nodes if isinstance(n, ast.ClassDef)]
    assert not [n for n in names if re.search("(Manager|Service|Handler|Factory)$", n)]


def test_imports_point_one_way(source: str, nodes: list[ast.AST]):
    names = [a.name for n in nodes if isinstance(n, ast.Import) for a in n.names]
    names += [n.module for n in nodes if isinstance(n, ast.ImportFrom) and not n.level]
    forbidden = MAY_NOT_IMPORT.get(source.partition("/")[0], set())
    assert [name for name in names if name.partition(".")[0] in forbidden] == []


def test_chinese_words_stand_in_data_not_in_code(source: str, nodes: list[ast.AST]):
    exempt = source in CHINESE_MODULES or source.endswith("/__main__.py")
    texts = [n.value for n in nodes if isinstance(n, ast.Expr)]  # docstrings
    texts += [n.value for n in nodes if isinstance(n, ast.keyword) and n.arg == "help"]
    code = [n for n in nodes if isinstance(n, ast.Constant) and n not in texts]
    assert exempt or not re.findall("[一-龥]+", "|".join(str(n.value) for n in code))
