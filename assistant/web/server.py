"""The application that serves every page and the API, and how it is started."""

import ipaddress
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from socket import socket
from typing import cast

import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route

from assistant.staff.accounts import accounts, add_account
from assistant.turn_log import TurnLog
from assistant.web import (
    calculator_page,
    chat_page,
    checkup_page,
    clause_view,
    conversation_routes,
    health,
    library_page,
)
from assistant.web.api import app as rest
from assistant.web.api import mcp_tools, openai
from assistant.web.body_limit import BodyLimit
from assistant.web.console import PAGES as CONSOLE
from assistant.web.desk import Desk
from assistant.web.faults import explain_faults
from assistant.web.render import STATIC
from assistant.web.requests_log import RequestsLog, log_as_json
from assistant.web.visitors import Visitors
from index.settings import Settings
from prompts import say

PAGES = (
    calculator_page,
    checkup_page,
    clause_view,
    conversation_routes,
    health,
    library_page,
    *CONSOLE,
)
ADMIN, BY = "admin", "settings"
STOPPING = 20  # seconds in which what was accepted is answered


class NoPassword(Exception):
    """The pages would be open to others without an admin; says what to do."""


def create_app(desk: Desk) -> FastAPI:
    """All pages and the API over one desk."""
    tools = mcp_tools.create_mcp(desk)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        async with tools.session_manager.run():
            yield
        desk.log.close()

    app = FastAPI(
        title=say("web.site.title"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=life,
    )
    app.state.desk = desk
    app.mount("/web", StaticFiles(directory=STATIC), "web")  # Gradio has a /static
    app.mount(rest.ADDRESS, rest.create_api(desk), "api")
    app.mount(openai.ADDRESS, openai.create_openai(desk), "openai")
    to_tools = mcp_tools.OnlyWithKey(tools, desk)
    app.router.routes.append(Route(mcp_tools.ADDRESS, to_tools, name="mcp"))
    for pages in PAGES:
        app.include_router(pages.router)
    explain_faults(app, desk)
    chat_page.mount(app, desk)
    app.add_middleware(Visitors)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestsLog)
    return app


def serve(settings: Settings, desk: Desk) -> None:
    """Serve until told to stop; raises NoPassword, StaffError or TurnLogError."""
    check_host(settings)
    add_first_admin(settings, desk.log)
    app = create_app(desk)
    log_as_json()
    print(say("web.site.at", host=settings.host, port=settings.port), flush=True)  # noqa: T201
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,  # it would hold what was asked; see requests_log.py
        timeout_graceful_shutdown=STOPPING,
    )
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it is stopped
        _Server(config).run()


class _Server(uvicorn.Server):
    """Answers what was accepted before it stops; pages that are open do not hold it."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        chat_page.let_go(cast(FastAPI, self.config.app))
        await super().shutdown(sockets)


def check_host(settings: Settings) -> None:
    """Raises NoPassword where others can reach the host and there is no admin."""
    if settings.admin_password.get_secret_value() or is_loopback(settings.host):
        return
    with closing(TurnLog.of(settings)) as log:
        if accounts(log):
            return
    raise NoPassword(say("web.site.no_password", host=settings.host))


def add_first_admin(settings: Settings, log: TurnLog) -> None:
    """Add the account `admin` with the password of the settings where there is none.

    Raises StaffError for a password that is too short, or TurnLogError.
    """
    if settings.admin_password.get_secret_value() and not accounts(log):
        add_account(log, ADMIN, "admin", settings.admin_password, BY)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
