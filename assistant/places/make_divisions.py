"""Writes divisions.csv: python make_divisions.py <the unpacked npm package>."""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

# The two-digit codes of the municipalities, whose "cities" are mere groups of counties.
MUNICIPALITIES = {"11", "12", "31", "50"}
# The last digits of the groups of counties that stand directly under a province.
DIRECT = "90"

Row = tuple[str, str, str]


def rows(dist: Path) -> Iterator[Row]:
    """Each division once, in the order of the official codes; "" where none."""
    provinces = {row["code"]: row["name"] for row in _table(dist / "provinces.csv")}
    cities = {row["code"]: row for row in _table(dist / "cities.csv")}
    for area in _table(dist / "areas.csv"):
        code = area["cityCode"]
        province, city = provinces[code[:2]], cities[code]["name"]
        if code[:2] in MUNICIPALITIES or code.endswith(DIRECT):
            yield province, area["name"], ""
        else:
            yield province, city, area["name"] if area["name"] != city else ""
    regions = json.loads((dist / "HK-MO-TW.json").read_text("utf-8"))
    for province, parts in regions.items():
        for part in parts:
            yield province, part, ""


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    target = Path(__file__).with_name("divisions.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("province", "city", "county"))
        writer.writerows(rows(Path(sys.argv[1]) / "dist"))
