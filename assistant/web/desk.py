"""What every page works with, and the conversations that are going on."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from assistant.chat import Assistant
from assistant.endpoint import Endpoint
from assistant.own_turns import conversation
from assistant.session import Session
from assistant.turn_log import StoredTurn, TurnLog
from assistant.versions import Versions, versions_of
from index.settings import Settings

BEIJING = ZoneInfo("Asia/Shanghai")  # whose days the texts' dates are
LIVE = 2000  # conversations kept in memory; an older one is made again from the log


@dataclass(slots=True)
class Conversation:
    """One visitor's session; a turn at a time holds `turn`."""

    session: Session
    turn: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Desk:
    """The assistant with its log, and the conversations by visitor and id."""

    assistant: Assistant
    log: TurnLog
    versions: Versions  # what its answers are made from and with
    endpoint: Endpoint | None = None
    as_of: date | None = None
    _live: OrderedDict[tuple[str, str], Conversation] = field(
        default_factory=OrderedDict[tuple[str, str], Conversation]
    )
    _opening: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, settings: Settings, endpoint: Endpoint | None) -> "Desk":
        """Load what the settings name; raises what Assistant.load raises."""
        assistant = Assistant.load(settings)
        model = endpoint.model if endpoint else None
        versions = versions_of(assistant.index.manifest, model)
        log = TurnLog.of(settings)
        return cls(assistant, log, versions, endpoint, settings.as_of)

    @property
    def today(self) -> date:
        """The day of an answer."""
        return self.as_of or datetime.now(BEIJING).date()

    def open(self, visitor: str, id_: str, new: bool = False) -> Conversation:
        """A visitor's conversation, as it stands in memory or in the log.

        A new one where there is none of this id, or where it is another visitor's;
        it bears the id where the caller knows it to be `new`. Raises TurnLogError.
        """
        with self._opening:
            if found := self._live.get((visitor, id_)):
                self._live.move_to_end((visitor, id_))
                return found
        turns = conversation(self.log, visitor, id_) if id_ else []
        made = self.again(visitor, turns)
        if new:
            made.session.id = id_
        with self._opening:
            # Another turn may have opened it meanwhile.
            made = self._live.setdefault((visitor, made.session.id), made)
            while len(self._live) > LIVE:
                self._live.popitem(last=False)
        return made

    def again(self, visitor: str, turns: list[StoredTurn]) -> Conversation:
        """A conversation made by asking stored turns once more, each on its day."""
        session = Session(visitor=visitor)
        if turns:
            session.id = turns[0].session
        for turn in turns:
            self.assistant.ask(turn.question, session, turn.as_of)
        return Conversation(session)

    def forget(self, visitor: str, id_: str) -> None:
        """No longer hold a conversation that its visitor deleted."""
        with self._opening:
            self._live.pop((visitor, id_), None)
