"""Which conversation a list of messages goes on: OpenAI's protocol has no ids."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from assistant.turn_log import keep
from assistant.web.desk import Conversation, Desk

REMEMBERED = 5000  # conversations; an older one is begun anew from its questions


@dataclass(frozen=True, slots=True)
class Threads:
    """The conversations of the latest requests, by who asked what so far.

    Questions are remembered as a hash.
    """

    _ids: OrderedDict[str, str] = field(default_factory=OrderedDict[str, str])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def conversation(
        self, desk: Desk, visitor: str, before: Sequence[str]
    ) -> Conversation:
        """The conversation in which these questions were asked, or one like it.

        Raises TurnLogError.
        """
        with self._lock:
            id_ = self._ids.pop(_key(visitor, before), "") if before else ""
        conversation = desk.open(visitor, id_)
        asked = [turn.question for turn in conversation.session.turns]
        if len(asked) == len(before):
            return conversation
        conversation = desk.open(visitor, "")
        for question in before:  # kept too, so that the last turn can be replayed
            desk.assistant.ask(question, conversation.session, desk.today)
            keep(desk.log, desk.versions, conversation.session, desk.today)
        return conversation

    def remember(self, visitor: str, questions: Sequence[str], id_: str) -> None:
        """Keep which conversation the questions were asked in."""
        with self._lock:
            self._ids[_key(visitor, questions)] = id_
            while len(self._ids) > REMEMBERED:
                self._ids.popitem(last=False)


def _key(visitor: str, questions: Sequence[str]) -> str:
    told = "\0".join((visitor, *questions))
    return sha256(told.encode("utf-8", "replace")).hexdigest()
