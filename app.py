"""Starts the pages; no policy and no prompt stands here."""

import sys

from assistant.endpoint import BadEndpoint, configured
from assistant.staff.accounts import StaffError
from assistant.turn_log import TurnLogError
from assistant.web.desk import Desk
from assistant.web.server import NoPassword, check_host, serve
from index.embed import EmbedderError
from index.search import IndexMissing
from index.settings import Settings
from index.store import StoreError
from index.yaml_files import DataError

FAULTS = (
    *(BadEndpoint, DataError, EmbedderError, IndexMissing, NoPassword),
    *(StaffError, StoreError, TurnLogError),
)


def main() -> int:
    """Serve the pages at the printed address; 1 and the reason where that fails."""
    settings = Settings()
    try:
        check_host(settings)
        endpoint = configured(settings)
        if endpoint:
            endpoint.warm()
        serve(settings, Desk.of(settings, endpoint))
    except FAULTS as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
