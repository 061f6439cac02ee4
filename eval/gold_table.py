"""Gold sets as people keep them: a table of questions in .csv or .xlsx."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from assistant.money import Sum, read_money
from eval.cases import Amount, Case, CaseError, CaseTurn, Expect, load_cases
from prompts import say, words

AND, OR = re.compile(r"[;；\n]"), re.compile(r"[|｜]")
DIGITS = re.compile(r"\d+")
SUFFIXES = (".csv", ".xlsx")
Row = Mapping[str, Any]


def load_gold(path: Path, today: date) -> list[Case]:
    """The cases of a gold set, in whatever form it is kept; raises CaseError."""
    table = path.suffix.lower() in SUFFIXES
    return load_table(path, today) if table else load_cases(path)


def load_table(path: Path, today: date) -> list[Case]:
    """The cases of a table; a row without a date is asked `today`.

    Only the columns that are there are graded. Raises CaseError naming row and column.
    """
    rows = _csv(path) if path.suffix.lower() == ".csv" else _xlsx(path)
    names: dict[str, str] = words("evaluation.table.columns")
    head = next(rows, ())
    columns = {str(cell or "").strip(): i for i, cell in enumerate(head)}
    if names["question"] not in columns:
        raise CaseError(say("evaluation.table.no_question", file=path))
    if unknown := set(columns) - set(names.values()) - {""}:
        told = "、".join(sorted(unknown))
        raise CaseError(say("evaluation.table.unknown", file=path, columns=told))
    cases: list[Case] = []
    for number, cells in enumerate(rows, 2):
        row = {
            key: cells[columns[name]]
            for key, name in names.items()
            if name in columns and columns[name] < len(cells)
        }
        if str(row.get("question") or "").strip():
            cases.append(_case(path, number, row, today))
    return cases


def _case(path: Path, number: int, row: Row, today: date) -> Case:
    """The case of one row."""
    try:
        amounts = amounts_of(row.get("amounts"))
    except CaseError as error:
        raise _fault(path, number, "amounts", str(error)) from error
    expect = Expect(
        clauses=groups_of(row.get("clauses")),
        must_say=groups_of(row.get("must_say")),
        amounts=amounts,
    )
    return Case(
        id=f"{path.stem}-{number}",
        kind=say("evaluation.table.kind"),
        as_of=_day(path, number, row.get("as_of"), today),
        turns=(CaseTurn(user=str(row["question"]).strip(), expect=expect),),
    )


def groups_of(cell: Any) -> tuple[tuple[str, ...], ...]:
    """甲|乙；丙: one of 甲 and 乙, and 丙."""
    groups = (OR.split(part) for part in AND.split(str(cell or "")))
    named = (tuple(w.strip() for w in group if w.strip()) for group in groups)
    return tuple(group for group in named if group)


def amounts_of(cell: Any) -> tuple[Amount, ...]:
    """不超过150万元；6万元: sums in words, or plain numbers of yuan.

    Raises CaseError for what is no sum.
    """
    if isinstance(cell, int | float):
        cell = f"{Decimal(str(cell)):f}"
    parts = (part.strip() for part in AND.split(str(cell or "")))
    return tuple(_amount(part) for part in parts if part)


def _amount(words_: str) -> Amount:
    plain = re.fullmatch(r"[\d,.]+", words_)
    found = read_money(f"{words_}元" if plain else words_)
    sums = [mention for mention in found if isinstance(mention, Sum)]
    if len(sums) != 1:
        raise CaseError(say("evaluation.table.no_sum", words=words_))
    bounds: dict[str, str] = words("evaluation.table.bounds")
    bound = next((b for b, way in bounds.items() if re.search(way, words_)), "exact")
    return Amount.model_validate({"yuan": sums[0].yuan, "bound": bound})


def _day(path: Path, number: int, cell: Any, today: date) -> date:
    """The day of a cell, as Excel has it or in words."""
    if isinstance(cell, datetime):
        return cell.date()
    words_ = str(cell or "").strip()
    if not words_:
        return today
    try:  # 2026年1月5日 as 2026-01-05
        return date.fromisoformat("-".join(n.zfill(2) for n in DIGITS.findall(words_)))
    except ValueError as error:
        problem = say("evaluation.table.no_day", words=words_)
        raise _fault(path, number, "as_of", problem) from error


def _fault(path: Path, number: int, column: str, problem: str) -> CaseError:
    """The message that names the file, the row and the column."""
    name = words("evaluation.table.columns")[column]
    where = {"file": path, "row": number, "column": name}
    return CaseError(say("evaluation.table.cell", problem=problem, **where))


def _csv(path: Path) -> Iterator[Sequence[Any]]:
    """The rows of a .csv in UTF-8, as Excel writes it with its mark in front."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(say("messages.not_utf8", file=path)) from error
    yield from csv.reader(text.splitlines(keepends=True))


def _xlsx(path: Path) -> Iterator[Sequence[Any]]:
    """The rows of the first sheet."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError) as error:
        raise CaseError(say("evaluation.table.not_xlsx", file=path)) from error
    rows: Iterable[Sequence[Any]] = book.worksheets[0].iter_rows(values_only=True)
    yield from rows
    book.close()
