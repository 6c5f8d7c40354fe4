"""What --check does with the two sites: see what differs, and what has stayed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from browser import Browser
from sites import RunningSite, Sites

ROOM = "admin/cal/room/1/change/"


def check_sites(sites: Sites) -> bool:
    """Use both as a visitor and an operator would; tell whether they differ as said."""
    claims = {
        "Both list the library's rooms.": has_rooms(sites.library)
        and has_rooms(sites.voga),
        "Only Voga's rooms have a tariff.": "Tariff" in rooms(sites.voga)
        and "Tariff" not in rooms(sites.library),
        "Only Voga's admin changes it.": changes_tariff(sites.voga)
        and not changes_tariff(sites.library),
        "Voga has an INS code for a place.": "63067" in visit(sites.voga, "countries/"),
        "In Dutch its places have another name.": has_dutch(sites),
        "Rows, content types and what depends on them have stayed.": has_stayed(
            sites.library.database, sites.voga.database
        ),
    }
    for claim, holds in claims.items():
        print(claim if holds else f"It is not so: {claim}")
    return all(claims.values())


def visit(site: RunningSite, path: str) -> str:
    return Browser(site.url).visit(path)


def rooms(site: RunningSite) -> str:
    return visit(site, "cal/")


def has_rooms(site: RunningSite) -> bool:
    return "Blue room" in rooms(site) and "12 people" in rooms(site)


def changes_tariff(site: RunningSite) -> bool:
    """Give the first room another tariff in the admin, if it has a field for that."""
    operator = Browser(site.url)
    operator.log_in("admin")
    if 'name="tariff"' not in operator.visit(ROOM):
        return False
    operator.post(ROOM, name="Blue room", seats=12, tariff=2)
    return "Large room: 50.00 EUR" in rooms(site).partition("Gym")[0]


def has_dutch(sites: Sites) -> bool:
    return all(
        f"<h1>{word}</h1>" in Browser(site.url, language="nl").visit("countries/")
        for site, word in ((sites.library, "Plaatsen"), (sites.voga, "Gemeenten"))
    )


STAYED = {
    "django_content_type": "id, app_label, model",
    "cal_event": "id, title, start, room_id",
    "courses_enrolment": "id, course_id, pupil_id",
    "contacts_person": "partner_ptr_id, first_name",
}


def has_stayed(before: Path, after: Path) -> bool:
    """Tell whether a database has all rows of another, and no reference to nothing."""
    with closing(sqlite3.connect(after)) as connection:
        connection.execute("ATTACH ? AS before", [str(before)])
        lost = [
            row
            for table, columns in STAYED.items()
            for row in connection.execute(
                f"SELECT {columns} FROM before.{table} "
                f"EXCEPT SELECT {columns} FROM main.{table}"
            )
        ]
        dangling = connection.execute("PRAGMA main.foreign_key_check").fetchall()
    return not lost and not dangling
