"""OpenAI's chat completions, so that any program that can use those can ask here.

The answer is the same as everywhere; it is streamed only once it is checked, and what
a chat has no place for stands in an extra field, `policy`.
"""

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from assistant.answer import Answer
from assistant.chat import LONGEST_QUESTION
from assistant.facts import chinese_date
from assistant.turn_log import TurnLogError
from assistant.web.access import Program
from assistant.web.api.models import Reply
from assistant.web.api.problems import told_in_chinese
from assistant.web.api.threads import Threads
from assistant.web.asking import Busy, held, told_at_last
from assistant.web.desk import Desk
from assistant.web.layout import AtDesk
from prompts import say, words

ADDRESS = "/v1"
MOST = 50  # questions in one conversation
TYPES = {401: "authentication_error", 503: "api_error"}


class Part(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: str
    text: str = ""


class Message(BaseModel):
    """One message; what assistants said before is never taken for true."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def said(self) -> str:
        """The text of the message."""
        if isinstance(self.content, list):
            return "\n".join(p.text for p in self.content if p.type == "text")
        return self.content or ""


class Completion(BaseModel):
    """A request; what a language model is told besides (temperature …) is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    model: str = Field(default="", max_length=100)
    messages: Annotated[list[Message], Field(min_length=1, max_length=4 * MOST)]
    stream: bool = False


class Wrong(Exception):
    """A request that cannot be answered; says why."""


def create_openai(desk: Desk) -> FastAPI:
    """The application, to be mounted at ADDRESS."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk, threads = desk, Threads()

    @app.get("/models")
    def models(_: Program) -> dict[str, Any]:
        """The one model there is."""
        one = {"id": say("api.model"), "object": "model", "created": 0}
        return {"object": "list", "data": [one | {"owned_by": say("api.model")}]}

    @app.post("/chat/completions")
    def completions(desk: AtDesk, by: Program, asked: Completion) -> Response:
        """The answer to the last message, whole or as a stream."""
        questions = _questions(asked)
        conversation = threads.conversation(desk, by.visitor, questions[:-1])
        with held(conversation):
            told = told_at_last(desk, conversation, questions[-1], desk.today)
        id_ = conversation.session.id
        threads.remember(by.visitor, questions, id_)
        reply = Reply.of(told.answer, told.turn, id_, desk.today)
        text = _text(told.answer, desk)
        if asked.stream:
            chunks = _chunks(text, reply)
            return StreamingResponse(chunks, media_type="text/event-stream")
        return JSONResponse(_whole(text, reply))

    _explain(app)
    return app


def _questions(asked: Completion) -> list[str]:
    """What the user said, in order; raises Wrong."""
    questions = [m.said for m in asked.messages if m.role == "user"]
    if asked.messages[-1].role != "user" or not questions[-1].strip():
        raise Wrong(say("api.no_user"))
    if len(questions) > MOST:
        raise Wrong(say("api.too_many", most=MOST))
    if any(len(question) > LONGEST_QUESTION for question in questions):
        raise Wrong(say("replies.refusals.too_long", limit=LONGEST_QUESTION))
    return questions


def _text(answer: Answer, desk: Desk) -> str:
    day = say("web.export.day", as_of=chinese_date(desk.today))
    return f"{answer.to_markdown()}\n\n{day}"


def _head(reply: Reply, object_: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{reply.turn or reply.conversation}",
        "object": object_,
        "created": int(time.time()),
        "model": say("api.model"),
    }


def _whole(text: str, reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return {
        **_head(reply, "chat.completion"),
        "choices": [choice],
        "usage": usage,  # no language model's tokens are counted
        "policy": reply.model_dump(mode="json"),
    }


def _chunks(text: str, reply: Reply) -> Iterator[str]:
    """Server-sent events: the text line by line, `policy` with the last."""
    head = _head(reply, "chat.completion.chunk")
    for line in text.splitlines(keepends=True):
        delta = {"role": "assistant", "content": line}
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        yield _event({**head, "choices": [choice]})
    nothing: dict[str, str] = {}
    end = {"index": 0, "delta": nothing, "finish_reason": "stop"}
    yield _event({**head, "choices": [end], "policy": reply.model_dump(mode="json")})
    yield "data: [DONE]\n\n"


def _event(row: dict[str, Any]) -> str:
    return f"data: {json.dumps(row, ensure_ascii=False)}\n\n"


def _explain(app: FastAPI) -> None:
    """Errors in the form that OpenAI's clients read, in Chinese."""

    def shown(status: int, message: str) -> JSONResponse:
        kind = TYPES.get(status, "invalid_request_error")
        error = {"message": message, "type": kind, "param": None, "code": status}
        return JSONResponse({"error": error}, status)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        lines = (f"{one.field}：{one.problem}" for one in told_in_chinese(error))
        return shown(400, "；".join(lines))

    @app.exception_handler(Wrong)
    def wrong(_: Request, error: Wrong) -> JSONResponse:
        return shown(400, str(error))

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        titles: dict[int, str] = words("api.problems")
        return shown(error.status_code, titles.get(error.status_code, titles[400]))

    @app.exception_handler(Busy)
    def busy(_: Request, error: Busy) -> JSONResponse:
        return shown(409, str(error))

    @app.exception_handler(TurnLogError)
    def unreadable(_: Request, error: TurnLogError) -> JSONResponse:
        return shown(503, str(error))
