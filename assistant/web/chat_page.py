# pyright: basic
"""The chat: Gradio's queue carries each turn, our own HTML shows it."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from gradio.routes import App
from gradio.themes import Default
from pydantic import ValidationError
from starlette.routing import Mount

from assistant.session import new_id
from assistant.web.desk import Desk
from assistant.web.layout import ADDRESSES
from assistant.web.render import FOLDER, render, version
from assistant.web.talk import Said, Shown, talk
from assistant.web.visitors import visitor_of
from prompts import say

AT_ONCE = 16  # turns that are answered at the same time; the others queue
HEAD = """
<link rel="stylesheet" href="/web/style.css?{version}">
<script src="/web/page.js?{version}"></script>
"""
# Gradio adds the head's scripts while it draws: page.js may come after this.
WIRE = """
const begin = () => window.policyChat
  ? window.policyChat(element, trigger, watch, props)
  : setTimeout(begin, 10);
begin();
"""


def mount(app: Any, desk: Desk) -> None:
    """Mount the chat at / of a FastAPI application, after its other routes."""
    gr.mount_gradio_app(
        app,
        chat(desk),
        path="/",
        footer_links=[],
        theme=Default(font="system-ui", font_mono="monospace"),
        head=HEAD.format(version=version()),
        favicon_path=str(FOLDER / "static" / "icon.svg"),
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        max_file_size="1b",  # nobody has anything to upload
    )


def let_go(app: Any) -> None:
    """End the connections that Gradio holds as long as a page is open."""
    for route in app.routes:
        if isinstance(route, Mount) and isinstance(route.app, App):
            route.app.stop_event.set()


def chat(desk: Desk) -> gr.Blocks:
    """The page: a shell that page.js fills, and the wire to the queue."""

    def turn(sent: gr.EventData, request: gr.Request) -> Iterator[dict[str, Any]]:
        visitor = visitor_of(request.cookies, request.session_hash or "")
        try:
            said = Said.model_validate(sent._data)
        except ValidationError:
            fault = render("fault.html", text=say("web.chat.unreadable"))
            yield _row(Shown("", "", fault, done=True))
            return
        for shown in talk(desk, visitor, said):
            yield _row(shown)

    documents = "、".join(f"《{d.short}》" for d in desk.assistant.documents())
    with gr.Blocks(
        title=say("web.site.title"), analytics_enabled=False, fill_width=True
    ) as blocks:
        gr.HTML(
            render(
                "chat.html",
                documents=documents,
                addresses=ADDRESSES,
                here="chat",
            ),
            js_on_load="",
            apply_default_css=False,
        )
        wire = gr.HTML(html_template="", js_on_load=WIRE, visible="hidden")
        asked = wire.submit(
            turn,
            None,
            wire,
            show_progress="hidden",
            concurrency_limit=AT_ONCE,
            api_visibility="private",
        )
        wire.stop(None, None, None, cancels=[asked])
    return blocks


def _row(shown: Shown) -> dict[str, Any]:
    return {
        "sent": new_id(),  # Gradio passes on what differs from the last value only
        "conversation": shown.conversation,
        "turn": shown.turn,
        "html": str(shown.html),
        "done": shown.done,
    }
