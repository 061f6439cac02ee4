"""One line of JSON for each request, without anything that a caller said."""

import logging
import sys
import time

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.session import new_id

LOG = logging.getLogger("policy_assistant.requests")
UNKNOWN = "-"
FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


class RequestsLog:
    """Logs method, route, status and time; never a query, a body, a cookie, an id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its answer carries the id of its line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, id_, status = time.perf_counter(), new_id(), 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", id_.encode()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, seen)
        finally:
            LOG.info(
                "request",
                extra={
                    "request": id_,
                    "method": scope["method"],
                    "route": _route(scope),
                    "status": status,
                    "ms": round(1000 * (time.perf_counter() - began), 1),
                },
            )


def log_as_json() -> None:
    """Let everything that is logged be a line of JSON on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    hidden = [*RESERVED_ATTRS, "color_message"]  # uvicorn's, for terminals
    handler.setFormatter(
        JsonFormatter(FIELDS, json_ensure_ascii=False, reserved_attrs=hidden)
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("policy_assistant", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)


def _route(scope: Scope) -> str:
    """The route's template: an address may hold an id or what was typed."""
    route = scope.get("route")
    path: str = getattr(route, "path", UNKNOWN)
    return f"{scope.get('root_path', '')}{path}"
