"""The arithmetic in the note of a gold case: 1500万×10%=150万, worked out again."""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

RUN = r"(?:min|max|[\d.+\-*/(),万亿%])+"
EQUATION = re.compile(rf"{RUN}(?:={RUN})+")
WORKED = re.compile(r"[-+*/]|min|max")
TOKEN = re.compile(r"min|max|//|\d+(?:\.\d+)?(?:万亿|亿|万)?%?|[-+*/(),]")
SIGNS = str.maketrans("×÷−－＋＝≈（）", "*/--+==()")
UNITS = {"万亿": 12, "亿": 8, "万": 4, "%": -2}
OPERATORS: dict[type[ast.AST], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
}
FUNCTIONS: dict[str, Callable[..., Decimal]] = {"min": min, "max": max}


class NoArithmetic(Exception):
    """Some words of a note are no sum that could be worked out."""


def results(note: str) -> tuple[set[Decimal], list[str]]:
    """What the workings of a note come to, and the ones that are wrong.

    A result may be rounded: 500万/30%≈1666.67万.
    """
    right: set[Decimal] = set()
    wrong: list[str] = []
    for sides in _equations(note):
        try:
            *values, shown = (value_of(side) for side in sides)
            same = all(value.quantize(shown) == shown for value in values)
        except (NoArithmetic, InvalidOperation):
            continue
        if same:
            right |= {value.normalize() for value in (*values, shown)}
        else:
            wrong.append("=".join(sides))
    return right, wrong


def value_of(side: str) -> Decimal:
    """The value of one side; raises NoArithmetic."""
    words = "".join(_plain(token) for token in TOKEN.findall(side))
    try:
        return _value(ast.parse(words, mode="eval").body)
    except (SyntaxError, ArithmeticError, TypeError) as error:
        raise NoArithmetic(side) from error


def _equations(note: str) -> Iterator[list[str]]:
    """The sides of each equation that has something to work out."""
    for match in EQUATION.finditer(re.sub(r"\s", "", note.translate(SIGNS))):
        sides = match[0].rstrip(",.").split("=")
        if WORKED.search(match[0]):
            yield [side.strip(",") for side in sides]


def _plain(token: str) -> str:
    """A number without its unit, as a string: Decimal reads it without loss."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(万亿|亿|万)?(%)?", token)
    if not match:
        return token
    power = sum(UNITS.get(unit, 0) for unit in match.groups()[1:] if unit)
    return repr(str(Decimal(match[1]).scaleb(power)))


def _value(node: ast.expr) -> Decimal:
    match node:
        case ast.Constant(value=str() as number):
            return Decimal(number)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=args) if name in FUNCTIONS and args:
            return FUNCTIONS[name](*map(_value, args))
        case _:
            raise NoArithmetic(ast.dump(node))
