# pyright: basic
"""When benefits end: a table, a picture and a calendar of the same days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from icalendar import Alarm, Calendar, Event

from assistant.facts import chinese_date
from assistant.rules import Rule
from prompts import say

WIDTH, LEFT, RIGHT, STEP = 720, 20, 20, 34  # pixels of the picture
WARN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class End:
    """A day on which benefits end; `x` and `y` are its place in the picture."""

    day: date
    text: str
    labels: tuple[str, ...]
    days_left: int
    x: float = 0.0
    y: int = 0


def ends_of(rows: Sequence[tuple[date, Rule]], today: date) -> list[End]:
    """The days to come, soonest first, with what ends on each."""
    coming = [(day, rule) for day, rule in rows if day >= today]
    if not coming:
        return []
    span = max((coming[-1][0] - today).days, 1)
    scale = (WIDTH - LEFT - RIGHT) / span
    return [
        End(
            day,
            chinese_date(day),
            tuple(rule.terms.label for _, rule in own),
            (day - today).days,
            LEFT + (day - today).days * scale,
            number * STEP + 48,
        )
        for number, (day, own) in enumerate(groupby(coming, key=lambda row: row[0]))
    ]


def calendar(rows: Sequence[tuple[date, Rule]], today: date) -> bytes:
    """The days to come as an .ics file, each with a reminder a month before."""
    made = Calendar()
    made.add("prodid", "-//policy-assistant//ends//ZH")
    made.add("version", "2.0")
    for day, rule in rows:
        if day < today:
            continue
        event = Event()
        event.add("uid", f"{rule.id}-{day:%Y%m%d}@policy-assistant")
        event.add("dtstamp", datetime.combine(today, time(), UTC))
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", say("web.checkup.ends_on", label=rule.terms.label))
        event.add("description", f"《{rule.document.title}》{rule.terms.clause}")
        event.add_component(_reminder(rule))
        made.add_component(event)
    return made.to_ical()


def _reminder(rule: Rule) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -WARN)
    alarm.add("description", say("web.checkup.ends_on", label=rule.terms.label))
    return alarm
