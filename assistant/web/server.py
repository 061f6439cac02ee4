"""The application that serves every page, and how it is started."""

import ipaddress

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from pydantic import SecretStr
from starlette.exceptions import HTTPException

from assistant.turn_log import TurnLogError
from assistant.web import (
    admin_page,
    calculator_page,
    chat_page,
    checkup_page,
    clause_view,
    conversation_routes,
    library_page,
)
from assistant.web.desk import Desk
from assistant.web.layout import page
from assistant.web.render import STATIC
from assistant.web.visitors import Visitors
from index.settings import Settings
from prompts import say, words

PAGES = (
    admin_page,
    calculator_page,
    checkup_page,
    clause_view,
    conversation_routes,
    library_page,
)
NO_PASSWORD = SecretStr("")


class NoPassword(Exception):
    """The pages would be open to others without an admin password; says what to do."""


def create_app(desk: Desk, password: SecretStr = NO_PASSWORD) -> FastAPI:
    """All pages over one desk; `password` is the admin's."""
    app = FastAPI(
        title=say("web.site.title"), docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.desk, app.state.password = desk, password
    app.mount("/web", StaticFiles(directory=STATIC), "web")  # Gradio has a /static
    for pages in PAGES:
        app.include_router(pages.router)
    _explain_faults(app, desk)
    chat_page.mount(app, desk)
    app.add_middleware(Visitors)
    return app


def serve(settings: Settings, desk: Desk) -> None:
    """Serve the pages until told to stop; raises NoPassword."""
    check_host(settings)
    app = create_app(desk, settings.admin_password)
    print(say("web.site.at", host=settings.host, port=settings.port), flush=True)  # noqa: T201
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning")


def check_host(settings: Settings) -> None:
    """Raises NoPassword where others can reach the host and no password is set."""
    if settings.admin_password.get_secret_value() or is_loopback(settings.host):
        return
    raise NoPassword(say("web.site.no_password", host=settings.host))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _explain_faults(app: FastAPI, desk: Desk) -> None:
    """Every fault as a page in Chinese that says what to do."""

    def shown(text: str, code: int) -> HTMLResponse:
        return page("fault_page.html", "fault", desk, code=code, text=text)

    @app.exception_handler(RequestValidationError)
    def wrong(_: Request, error: RequestValidationError) -> HTMLResponse:
        first = error.errors()[0]
        fields, kinds = words("web.faults.fields"), words("web.faults.kinds")
        name = str(first["loc"][-1])
        problem = kinds.get(first["type"], kinds["other"])
        field = fields.get(name, name)
        return shown(say("web.faults.form", field=field, problem=problem), 422)

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> HTMLResponse:
        known = words("web.faults.codes")
        found = shown(known.get(error.status_code, known[404]), error.status_code)
        found.headers.update(error.headers or {})  # 401: the browser asks who it is
        return found

    @app.exception_handler(TurnLogError)
    def unreadable(_: Request, error: TurnLogError) -> HTMLResponse:
        return shown(str(error), 503)
