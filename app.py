# pyright: basic
"""The chat page: components and one submit callback; no policy and no prompt."""

import logging
import sys
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import gradio as gr
from gradio.themes import Default

from assistant.chat import Assistant
from assistant.endpoint import BadEndpoint, Endpoint, configured
from assistant.session import Session
from assistant.turn_log import NotKept, TurnLog, keep
from assistant.versions import versions_of
from assistant.with_model import answers
from index.embed import EmbedderError
from index.search import IndexMissing
from index.settings import Settings
from index.store import StoreError
from index.yaml_files import DataError
from prompts import say, words

HOST = "127.0.0.1"
log = logging.getLogger("policy_assistant")


def page(
    assistant: Assistant, turns: TurnLog, endpoint: Endpoint | None = None
) -> gr.Blocks:
    """The chat page; each visitor has a session of their own, kept turn by turn."""
    model = endpoint.model if endpoint else None
    versions = versions_of(assistant.index.manifest, model)

    def reply(
        message: str, _: list[dict], session: Session
    ) -> Iterator[tuple[str, Session]]:
        today = date.today()  # noqa: DTZ011
        answer = None
        for answer in answers(assistant, endpoint, message, session, today):
            yield answer.to_markdown(), session
        kept = keep(turns, versions, session, today, shown=answer)
        if isinstance(kept, NotKept):
            log.error(kept.fault)
            yield kept.answer.to_markdown(), session

    titles = "、".join(f"《{d.short}》" for d in assistant.documents())
    with gr.Blocks(title=say("ui.page.title"), analytics_enabled=False) as blocks:
        gr.Markdown(f"# {say('ui.page.title')}")
        gr.Markdown(say("ui.page.intro", documents=titles))
        session = gr.State(lambda: Session())  # one for each visitor
        _chat(reply, session)
    return blocks


def _chat(reply: Callable[..., Iterator[Any]], session: gr.State) -> None:
    """The conversation with its box and its examples."""
    gr.ChatInterface(
        reply,
        additional_inputs=[session],
        additional_outputs=[session],
        chatbot=gr.Chatbot(
            label=say("ui.page.chat"), height=520, buttons=["copy", "copy_all"]
        ),
        textbox=gr.Textbox(
            placeholder=say("ui.page.placeholder"),
            submit_btn=say("ui.page.send"),
            show_label=False,
        ),
        examples=[[example] for example in words("ui.page.examples")],
        cache_examples=False,
        api_visibility="private",
        concurrency_limit=16,
    )


def main() -> int:
    """Serve the page on loopback at the printed address."""
    settings = Settings()
    try:
        endpoint = configured(settings)
        if endpoint:
            endpoint.warm()
        assistant = Assistant.load(settings)
    except (BadEndpoint, DataError, EmbedderError, IndexMissing, StoreError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    page(assistant, TurnLog.of(settings), endpoint).launch(
        server_name=HOST,
        server_port=settings.port,
        footer_links=[],
        theme=Default(font="system-ui", font_mono="monospace"),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
