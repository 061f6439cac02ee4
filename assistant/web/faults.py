"""Every fault of a page as a page in Chinese that says what to do."""

from functools import partial

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from assistant.staff.accounts import StaffError
from assistant.staff.tickets import Moved, NotAllowed, NoTicket
from assistant.turn_log import TurnLogError
from assistant.web.access import LogInFirst
from assistant.web.api.app import ADDRESS as REST
from assistant.web.api.problems import problem
from assistant.web.asking import Busy
from assistant.web.console.call import Ended
from assistant.web.desk import Desk
from assistant.web.layout import page
from assistant.web.render import render
from prompts import say, words

# The first that fits; StaffError is what the ones before it are.
CODES = (
    *((NoTicket, 404), (NotAllowed, 403), (Moved, 409), (Ended, 409)),
    *((StaffError, 422), (Busy, 409), (TurnLogError, 503)),
)
LOGIN = "/console/login"


def explain_faults(app: FastAPI, desk: Desk) -> None:
    """Show each fault as a page, or as a paragraph where a script asked.

    An address of the API that leads nowhere is told as the API tells its problems.
    """

    shown = partial(_shown, desk)

    @app.exception_handler(RequestValidationError)
    def wrong(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        fields, kinds = words("web.faults.fields"), words("web.faults.kinds")
        name = str(first["loc"][-1])
        problem = kinds.get(first["type"], kinds["other"])
        field = fields.get(name, name)
        return shown(request, say("web.faults.form", field=field, problem=problem), 422)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        known: dict[int, str] = words("web.faults.codes")
        code = error.status_code
        found = shown(request, known.get(code, known[404]), code)
        found.headers.update(error.headers or {})
        return found

    @app.exception_handler(LogInFirst)
    def log_in(request: Request, _: LogInFirst) -> Response:
        if request.method == "GET" and not request.headers.get("x-fragment"):
            return RedirectResponse(LOGIN, 303)
        return shown(request, words("web.faults.codes")[401], 401)

    def told(request: Request, error: Exception) -> Response:
        return shown(request, str(error), _code(error))

    @app.exception_handler(500)
    def broken(request: Request, _: Exception) -> Response:
        return shown(request, words("web.faults.codes")[500], 500)

    for kind in (StaffError, Busy, TurnLogError):
        app.add_exception_handler(kind, told)


def _shown(desk: Desk, request: Request, text: str, code: int) -> Response:
    """A fault as who asked can show it."""
    if request.url.path.startswith(REST):
        return problem(code, text)
    if request.headers.get("x-fragment"):
        return HTMLResponse(render("fault.html", text=text), code)
    return page("fault_page.html", "fault", desk, code=code, text=text)


def _code(error: Exception) -> int:
    """The status that a fault is told with."""
    return next(code for kind, code in CODES if isinstance(error, kind))
