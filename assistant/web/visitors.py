"""Who is asking: a random cookie, of which only a hash is ever stored."""

import secrets
from collections.abc import Mapping
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "visitor"
LASTS = 180 * 24 * 3600  # seconds


def visitor_of(cookies: Mapping[str, str], otherwise: str = "") -> str:
    """The visitor as the log names him: a hash of his cookie.

    `otherwise` stands for a browser that keeps none: its page is then the visitor.
    """
    return sha256((cookies.get(COOKIE) or otherwise).encode()).hexdigest()[:24]


class Visitors:
    """Gives each browser a cookie of its own that scripts cannot read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its answer sets the cookie where there was none."""
        if scope["type"] != "http" or COOKIE in _cookies(scope):
            await self.app(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", _new_cookie(scope["scheme"] == "https"))
            await send(message)

        await self.app(scope, receive, with_cookie)


def _cookies(scope: Scope) -> SimpleCookie:
    sent = (v for k, v in scope["headers"] if k == b"cookie")
    try:
        return SimpleCookie(b"; ".join(sent).decode("latin-1"))
    except CookieError:
        return SimpleCookie()


def _new_cookie(secure: bool) -> str:
    value = f"{COOKIE}={secrets.token_urlsafe(18)}"
    kept = f"{value}; Max-Age={LASTS}; Path=/; HttpOnly; SameSite=Lax"
    return f"{kept}; Secure" if secure else kept
