"""Shares, counts and days as people say them: tables, and hard text."""

import random
from datetime import date
from decimal import Decimal

import pytest

from assistant.dates_said import Day, read_days
from assistant.quantities import Count, Share, read_counts, read_shares

NASTY = (
    "0123456789０１５．.，,-%‰万亿千百十零〇一二两三五九半几多来余点个成到至分之两俩仨"
    "年月日号人家名期度季底上下今去本旬q \n壹佰萬億第①²〔〕\ud800\x00"
)
AS_OF = date(2025, 6, 10)
SHARES = """
三成 三成=0.3|两成半 两成半=0.25|两成五 两成五=0.25|十成 十成=1|6.5成 6.5成=0.65
完成三成 三成=0.3|三成的房租 三成=0.3|三成五家 三成=0.3|百分之三十 百分之三十=0.3
百分之三点五 百分之三点五=0.035|百分之百 百分之百=1|千分之一 千分之一=0.001
千分之一点五 千分之一点五=0.0015|万分之五 万分之五=0.0005|四分之一 四分之一=0.25
10% 10%=0.1|１０％ １０％=0.1|0.1% 0.1%=0.001|5‰ 5‰=0.005|8个点 8个点=0.08
八个点 八个点=0.08|0.5个百分点 0.5个百分点=0.005
一半 一半=0.5|减半 减半=0.5|对半 对半=0.5
10-15% 10=0.1 15%=0.15|八折|成功|成立|成本|三成员|两成为|一成不变|成都|第三成
七八成|三分之一|8点钟|2个点位|组成|100万
"""
COUNTS = """
6名 6名=6人|5位 5位=5人|20个徒弟 20个=20个|7家 7家=7家|120人 120人=120人|3台 3台=3台
2套 2套=2套|3项 3项=3项|两年 两年=2年|5个工作日 5个工作日=5工作日
10000家 10000家=10000家
2千人 2千人=2000人|半年 半年=6月
一年半 一年半=18月|两年半 两年半=30月|半个月 半个月=0.5月
一个半月 一个半月=1.5月|12个月 12个月=12月|仨月 仨月=3月|俩人 俩人=2人|半天 半天=0.5天
十来个 十来个=~10个|二十多户 二十多户=~20户
五六个人 五六个人=~5人|十几个人 十几个人=~11人
1.5个人 1.5个人=1.5人|1,200人 1,200人=1200人|２０人 ２０人=20人|40万度电 40万度=400000度
1万2千户 1万2千户=12000户
一万二千五百户 一万二千五百户=12500户|两百五十人 两百五十人=250人
两千三个名额 三个=3个|20号人 20号人=20人|3人次 3人次=3人次|3个季度 3个季度=3季度
2个星期 2个星期=2周|10日内 10日=10日|一家公司 一家=1家|1.5倍 1.5倍=1.5倍|第16条|第三年
第2次|三年级|两年度|一次性|2022年|22年2月|2月16号|二〇二二年|8个点|1.2个亿|几十个人|几个人
上半年|大半年|百人|3人才|个人所得税|500万项目|千人计划|五个月 五个月=5月
"""
DAYS = {
    "2022年2月15日": "2022-02-15",
    "２０２２年２月１５日": "2022-02-15",
    "2022-02-15": "2022-02-15",
    "2022/2/15": "2022-02-15",
    "2022.2.15": "2022-02-15",
    "二〇二二年十二月三十一日": "2022-12-31",
    "2月16号": "2025-02-16",
    "二月十六号": "2025-02-16",
    "2月15": "2025-02-15",
    "2022年2月，3月16号": "2022-02-01..2022-02-28 2022-03-16",
    "2022年2月15日 2月20日": "2022-02-15 2022-02-20",
    "2月15日至3月1日": "2025-02-15 2025-03-01",
    "2月15-20日": "2025-02-15 2025-02-20",
    "去年1月到今年3月": "2024-01-01..2024-01-31 2025-03-01..2025-03-31",
    "去年3月": "2024-03-01..2024-03-31",
    "去年的8月": "2024-08-01..2024-08-31",
    "前年5月": "2023-05-01..2023-05-31",
    "今年八月": "2025-08-01..2025-08-31",
    "五月份": "2025-05-01..2025-05-31",
    "22年2月": "2022-02-01..2022-02-28",
    "2024年2月": "2024-02-01..2024-02-29",
    "上个月": "2025-05-01..2025-05-31",
    "这个月": "2025-06-01..2025-06-30",
    "本月": "2025-06-01..2025-06-30",
    "下个月": "2025-07-01..2025-07-31",
    "一季度": "2025-01-01..2025-03-31",
    "第一季度": "2025-01-01..2025-03-31",
    "今年Q1": "2025-01-01..2025-03-31",
    "2022年四季度": "2022-10-01..2022-12-31",
    "前三季度": "2025-01-01..2025-09-30",
    "上半年": "2025-01-01..2025-06-30",
    "明年下半年": "2026-07-01..2026-12-31",
    "2022年": "2022-01-01..2022-12-31",
    "今年": "2025-01-01..2025-12-31",
    "2022-2024年": "2022-01-01..2022-12-31 2024-01-01..2024-12-31",
    "1-6月": "2025-01-01..2025-01-31 2025-06-01..2025-06-30",
    "年底": "2025-12-31",
    "去年底": "2024-12-31",
    "22年底": "2022-12-31",
    "6月底": "2025-06-30",
    "月底": "2025-06-30",
    "上个月底": "2025-05-31",
    "6月上旬": "2025-06-01..2025-06-10",
    "元旦": "2025-01-01",
    "明年元旦": "2026-01-01",
    "16日": "2025-06-16",
    "5月3家": "2025-05-01..2025-05-31",
    "今天": "",
    "现在": "",
    "3个月": "",
    "四个季度": "",
    "5日内": "",
    "10个工作日": "",
    "2月30日": "",
    "〔2022〕14号": "",
    "14号文": "",
    "成本月均": "",
    "第3月": "",
    "2.16起": "2025-02-16",
    "5.31前": "2025-05-31",
    "2.16日到5.31日": "2025-02-16 2025-05-31",
    "2.6亿起": "",
    "3.5%起": "",
    "2022年11月至次年2月": "2022-11-01..2022-11-30 2023-02-01..2023-02-28",
    "目前年产值": "",
    "证明年限": "",
}


def rows(table: str) -> list[list[str]]:
    return [row.split() for line in table.split("\n") for row in line.split("|") if row]


def shown(found: Share | Count | Day) -> str:
    match found:
        case Share(text=text, rate=rate):
            return f"{text}={rate.normalize():f}"
        case Count(text=text, number=number, unit=unit, about=about):
            return f"{text}={'~' if about else ''}{number.normalize():f}{unit}"
        case Day(first=first, last=last):
            return f"{first}..{last}" if first != last else str(first)


@pytest.mark.parametrize("row", rows(SHARES), ids=lambda row: row[0])
def test_shares(row: list[str]):
    assert [shown(s) for s in read_shares(row[0])] == row[1:]


@pytest.mark.parametrize("row", rows(COUNTS), ids=lambda row: row[0])
def test_counts(row: list[str]):
    assert [shown(c) for c in read_counts(row[0])] == row[1:]


@pytest.mark.parametrize(("text", "expected"), DAYS.items())
def test_days(text: str, expected: str):
    assert " ".join(shown(d) for d in read_days(text, AS_OF)) == expected


def test_a_count_keeps_the_word_that_was_said():
    assert [c.said for c in read_counts("6名、3个月、两年半")] == ["名", "个月", "年"]


def test_years_outside_the_calendar_are_no_days():
    assert read_days("前年5月，上个月", date(1, 1, 1)) == ()
    assert read_days("后年", date(9999, 1, 1)) == ()


def test_nasty_text_never_raises_and_spans_stand_in_it():
    chance = random.Random(20251124)
    for _ in range(5000):
        text = "".join(chance.choices(NASTY, k=chance.randint(0, 24)))
        for found in (read_shares(text), read_counts(text), read_days(text, AS_OF)):
            assert all(text[f.start : f.end] == f.text for f in found), text
            ends = [0, *(f.end for f in found)]
            spans = zip(ends, found, strict=False)
            assert all(end <= f.start < f.end for end, f in spans), text
        values = [s.rate for s in read_shares(text)]
        values += [c.number for c in read_counts(text)]
        assert all(isinstance(value, Decimal) for value in values)
