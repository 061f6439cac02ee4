"""Where a question is about, and where the asker is."""

from assistant.places import Ambiguous, Found, NoPlace, Place, Several, find_place
from assistant.question import Request, patterns
from assistant.session import Session
from index.ranking import PlacePath


def places_of(request: Request, session: Session) -> tuple[PlacePath, ...]:
    """Where the question is about; the session keeps the asker's own place."""
    known = Place(session.place) if session.place else None
    text = patterns()["not_there"].sub("", request.text)  # 不在巩义，在偃师
    places = paths_of(_of_story(request, find_place(text, known))) or _known(known)
    if session.place and compares_before(request) and session.place not in places:
        places = (*places, session.place)
    named = paths_of(find_place(request.text, known))
    ways = (patterns()[name] for name in ("both_sides", "together", "the_two"))
    both = request.compares or any(way.search(request.text) for way in ways)
    sides = session.places
    if both and sides and all(any(_within(s, n) for s in sides) for n in named):
        return sides  # 要是都投8000万，哪边多
    session.places = places if len(places) > 1 else ()
    if len(places) == 1 and not _within(session.place, places[0]):
        session.place = places[0]
    return places


def _of_story(
    request: Request, found: Found | Ambiguous | Several | NoPlace
) -> Found | Ambiguous | Several | NoPlace:
    """Of the places of a long story those where it asks, else the asker's own."""
    if not isinstance(found, Several) or request.asked == request.text:
        return found
    asked = find_place(request.asked)
    if isinstance(asked, Found | Several):
        return asked
    homes = [m for m in found.mentions if m.home]
    here = {place for m in homes for place in found.places if place in m.places}
    return Found(here.pop(), homes[0]) if len(here) == 1 else found


def _within(here: PlacePath | None, named: PlacePath) -> bool:
    """Whether a place named holds the asker's own: 河南 to somebody in 郑州."""
    return here is not None and here[: len(named)] == named


def paths_of(found: Found | Ambiguous | Several | NoPlace) -> tuple[PlacePath, ...]:
    """The places that a question counts for; an ambiguous name counts for none."""
    match found:
        case Found(place):
            return (place.path,)
        case Several(places):
            return tuple(p.path for p in places)
        case _:
            return ()


def _known(place: Place | None) -> tuple[PlacePath, ...]:
    return (place.path,) if place else ()


def compares_before(request: Request) -> bool:
    """Whether a question compares with the place of an earlier turn."""
    return bool(patterns()["compared_before"].search(request.text))
