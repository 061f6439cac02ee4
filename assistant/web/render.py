"""Templates and Markdown to HTML; whatever comes from outside is escaped here."""

from collections.abc import Collection
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markupsafe import Markup

from prompts import say, words

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


def render(template: str, /, **values: Any) -> Markup:
    """A template of templates/, filled in; every value is escaped."""
    return Markup(_templates().get_template(template).render(values))


def to_html(text: str, markers: Collection[int] = ()) -> Markup:
    """An answer's Markdown as HTML; [1] is a button where 1 is among `markers`.

    HTML in the text is shown as text; there are no links and no pictures.
    """
    return Markup(_markdown().render(text, {"markers": markers}))


@cache
def version() -> str:
    """A hash of the files in static/, so that no browser keeps old ones."""
    files = sorted(p for p in STATIC.iterdir() if p.is_file())
    return sha256(b"".join(p.read_bytes() for p in files)).hexdigest()[:12]


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own: dict[str, Any] = {
        "say": say,
        "words": words,
        "version": version(),
        "zip": zip,
    }
    environment.globals.update(own)
    return environment


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.enable("table").disable(["link", "image", "autolink", "html_inline"])
    markdown.inline.ruler.before("emphasis", "marker", _marker)
    return markdown


def _marker(state: StateInline, silent: bool) -> bool:
    """[1] as a button that shows the clause it stands for."""
    rest = state.src[state.pos : state.pos + 5]
    number, bracket, _ = rest.removeprefix("[").partition("]")
    if not (rest.startswith("[") and bracket and number.isdecimal()):
        return False
    if int(number) not in state.env.get("markers", ()):
        return False
    if not silent:
        token = state.push("html_inline", "", 0)
        token.content = render("marker.html", number=int(number))
    state.pos += len(number) + 2
    return True
