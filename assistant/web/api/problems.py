"""Errors of the API as problem details (RFC 9457), in Chinese."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from assistant.profile_file import BadInput
from assistant.staff.accounts import StaffError
from assistant.staff.tickets import NoTicket
from assistant.turn_log import TurnLogError
from assistant.web.asking import Busy
from prompts import words

MEDIA = "application/problem+json"


class WrongField(BaseModel):
    """One field that is wrong, and how."""

    field: str
    problem: str


class Problem(BaseModel):
    """What went wrong and what to do."""

    title: str
    status: int
    detail: str
    errors: list[WrongField] = []


def documented() -> dict[int | str, dict[str, Any]]:
    """The problems that any operation may answer with, for the OpenAPI document."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    schema["properties"]["errors"]["items"] = WrongField.model_json_schema()
    titles: dict[int, str] = words("api.problems")
    content = {MEDIA: {"schema": schema}}
    return {
        code: {"description": title, "content": content}
        for code, title in titles.items()
    }


def problem(status: int, detail: str = "", **more: Any) -> JSONResponse:
    """A response that holds a problem."""
    titles = words("api.problems")
    title = titles.get(status, titles[400])
    row = Problem(title=title, status=status, detail=detail or title, **more)
    return JSONResponse(row.model_dump(), status, media_type=MEDIA)


def told_in_chinese(error: RequestValidationError) -> list[WrongField]:
    """Each field that is wrong, in words."""
    kinds: dict[str, str] = words("api.invalid")
    return [
        WrongField(
            field=".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]),
            problem=kinds.get(one["type"], kinds["other"]),
        )
        for one in error.errors()
    ]


def explain_problems(app: FastAPI) -> None:
    """Answer every fault of the API with a problem."""

    @app.exception_handler(RequestValidationError)
    def wrong(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = told_in_chinese(error)
        detail = "；".join(f"{one.field}：{one.problem}" for one in errors)
        return problem(422, detail, errors=errors)

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        given = error.detail if error.status_code in (404, 409) else ""
        shown = problem(error.status_code, given if not given.isascii() else "")
        shown.headers.update(error.headers or {})
        return shown

    @app.exception_handler(BadInput)
    def bad(_: Request, error: BadInput) -> JSONResponse:
        return problem(422, str(error))

    @app.exception_handler(NoTicket)
    def none(_: Request, error: NoTicket) -> JSONResponse:
        return problem(404, str(error))

    @app.exception_handler(StaffError)
    def impossible(_: Request, error: StaffError) -> JSONResponse:
        return problem(422, str(error))

    @app.exception_handler(Busy)
    def busy(_: Request, error: Busy) -> JSONResponse:
        return problem(409, str(error))

    @app.exception_handler(500)
    def broken(_: Request, __: Exception) -> JSONResponse:
        return problem(500)

    @app.exception_handler(TurnLogError)
    def unreadable(_: Request, error: TurnLogError) -> JSONResponse:
        return problem(503, str(error))
