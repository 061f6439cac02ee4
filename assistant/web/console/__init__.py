"""坐席台: the pages of the hotline's staff, behind a login."""

from assistant.web.console import (
    desk_page,
    login_page,
    people_page,
    queue_page,
    tickets_page,
)

PAGES = (desk_page, login_page, people_page, queue_page, tickets_page)
