"""Whether the program lives, and whether it can answer; nothing of anybody."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text

from assistant.turn_log import TurnLogError
from assistant.web.layout import AtDesk

router = APIRouter()


@router.get("/health")
def health() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/ready")
def ready(desk: AtDesk) -> JSONResponse:
    """The index is open and the database answers; 503 and which does not, otherwise."""
    checks = {"index": bool(desk.assistant.index.library.ids), "database": True}
    try:
        with desk.log.reading() as db:
            db.execute(text("select 1"))
    except TurnLogError:
        checks["database"] = False
    versions = {"corpus": desk.versions.corpus, "code": desk.versions.code}
    ok = all(checks.values())
    state = "ok" if ok else "unavailable"
    row = {"status": state, "checks": checks, "versions": versions}
    return JSONResponse(row, 200 if ok else 503)
