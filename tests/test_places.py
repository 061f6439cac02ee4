"""The place of a question, as a table of how callers speak; offsets are true."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.place_names import gazetteer
from assistant.places import (
    Ambiguous,
    Found,
    NoPlace,
    Place,
    Several,
    find_place,
    mentions,
)
from index.yaml_files import load_yaml

CASES: list[dict[str, Any]] = load_yaml(Path(__file__).with_name("places.yaml"))
# Random text is of no use unless names and the words around them are in it.
PIECES = st.sampled_from(
    [
        *(
            "河南",
            "郑州市",
            "上街",
            "上街区",
            "鼓楼区",
            "高新区",
            "湖北人",
            "豫企",
            "在汉",
        ),
        *(
            "朝阳",
            "武汉大学",
            "南阳路",
            "厂在",
            "注册在",
            "和",
            "，",
            "的",
            "Henan",
            "İ",
        ),
        *("鄭州", "不在", "跟", "比", "客户在", "经济南", " ", "\n", "市", "区", "县"),
    ]
)
TEXTS = st.one_of(
    st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3))).map("".join)
)
PLACES = st.sampled_from([None, "河南省", "河南省/郑州市", "河南省/郑州市/上街区"])


def _place(path: str | None) -> Place | None:
    return Place(tuple(path.split("/"))) if path else None


def _as_case(result: object) -> dict[str, Any]:
    """What was found, in the words of the table."""
    match result:
        case Found(place, mention):
            return {"place": "/".join(place.path), "role": mention.role}
        case Several(places, said):
            found = ["/".join(p.path) for p in places]
            return {"several": found, "roles": [m.role for m in said]}
        case Ambiguous(name, options):
            assert len(options) > 1
            return {"ambiguous": name}
        case _:
            assert result == NoPlace()
            return {"none": True}


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['text']}|{c.get('known')}")
def test_the_place_of_a_question(case: dict[str, Any]):
    expected = {k: v for k, v in case.items() if k not in {"text", "known"}}
    found = _as_case(find_place(case["text"], _place(case.get("known"))))
    asked = {
        k: v for k, v in found.items() if k in expected or not k.startswith("role")
    }
    assert asked == expected


def test_the_cases_are_all_different():
    asked = [(c["text"], c.get("known")) for c in CASES]
    assert len(set(asked)) == len(asked) >= 120


@given(TEXTS, PLACES)
def test_any_text_is_read_and_its_mentions_stand_where_they_say(
    text: str, known: str | None
):
    find_place(text, _place(known))
    last = 0
    for mention in mentions(text):
        assert last <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert mention.places
        assert mention.role in {"registered", "project", "origin", "other"}
        last = mention.end


def test_offsets_stay_true_where_lower_case_is_longer():
    (mention,) = mentions("İ 在郑州")
    assert (mention.text, mention.start, mention.end) == ("郑州", 3, 5)


def test_an_ambiguous_name_offers_its_places():
    found = find_place("鼓楼区")
    assert isinstance(found, Ambiguous)
    assert Place(("河南省", "开封市", "鼓楼区")) in found.options
    assert len(found.options) == 4


def test_what_was_said_before_leaves_out_the_options_elsewhere():
    found = find_place("鼓楼区", Place(("江苏省",)))
    assert isinstance(found, Ambiguous)
    assert [p.path[1] for p in found.options] == ["南京市", "徐州市"]


def test_every_city_of_the_two_provinces_is_found():
    paths = {path for worth in gazetteer().worth.values() for path in worth}
    ours = [p for p in paths if len(p) == 2 and p[0] in {"河南省", "湖北省"}]
    assert len(ours) == 18 + 17
    for path in ours:
        found = find_place(f"公司在{path[1]}")
        assert isinstance(found, Found)
        assert found.place == Place(path)
