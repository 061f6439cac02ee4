"""Desks and clients for the tests of the pages."""

from datetime import date
from pathlib import Path

from fastapi.testclient import TestClient

from assistant.chat import Assistant
from assistant.endpoint import Endpoint
from assistant.turn_log import TurnLog
from assistant.turn_schema import VOTES
from assistant.versions import versions_of
from assistant.web.desk import Desk
from assistant.web.server import create_app

DAY = date(2026, 11, 22)
DEVICES = "郑州的省级专精特新企业买设备1500万（税后），市里怎么补？"


def desk_of(
    assistant: Assistant,
    folder: Path,
    endpoint: Endpoint | None = None,
    database: str = "",
) -> Desk:
    """A desk with a log of its own, on a fixed day."""
    log = TurnLog(database or f"sqlite:///{folder / 'turns.db'}")
    versions = versions_of(assistant.index.manifest)
    return Desk(assistant, log, versions, endpoint, DAY)


def client_of(desk: Desk) -> TestClient:
    """A browser of its own, without cookies yet."""
    return TestClient(create_app(desk))


def votes_of(log: TurnLog) -> list[tuple[str, bool, str]]:
    """The turn, the vote and the reason of every vote."""
    with log.reading() as db:
        return [(v.turn, v.helpful, v.reason) for v in db.execute(VOTES.select())]
