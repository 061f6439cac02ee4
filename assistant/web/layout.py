"""What all pages share: where they are, and the frame around them."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

from assistant.facts import chinese_date
from assistant.web.desk import Desk
from assistant.web.render import render
from prompts import words

ADDRESSES = {
    "chat": "/",
    "calculate": "/calculate",
    "checkup": "/checkup",
    "library": "/library",
    "past": "/past",
}
# Of our own pages; Gradio's needs its inline scripts.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def _desk(request: Request) -> Desk:
    return request.app.state.desk


AtDesk = Annotated[Desk, Depends(_desk)]
Text = Annotated[str, Query(max_length=200)]
Id = Annotated[str, Query(alias="id", max_length=200)]


def page(
    template: str, here: str, desk: Desk, /, code: int = 200, **values: Any
) -> HTMLResponse:
    """A page in the frame of all, with `here` marked in the navigation."""
    html = render(
        template,
        title=words("web.site.pages").get(here, ""),
        here=here,
        addresses=ADDRESSES,
        as_of=chinese_date(desk.today),
        **values,
    )
    return HTMLResponse(html, code, headers={"content-security-policy": POLICY})
