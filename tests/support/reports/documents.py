"""Documents that the tests of reports share: one like a week's report, and one that holds any texts at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pipeline.analysis.reports.document import (
    Chart,
    Column,
    Document,
    Facts,
    Heading,
    Paragraph,
    Part,
    Series,
    Table,
)

MADE_AT = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
DAYS = tuple(date(2026, 9, 1) + timedelta(number) for number in range(84))


def document(*parts: Part, **others: Any) -> Document:
    """A document of these parts."""
    usual = {"title": "週次報告", "subtitle": "", "language": "ja", "zone": "Asia/Tokyo", "made_at": MADE_AT}
    return Document(**{**usual, **others}, parts=parts)


def week() -> Document:
    """Like a week's report: every kind of part, gaps, a band, exact numbers, a character that fonts lack."""
    minutes = tuple(None if day % 17 == 3 else float(150 + day * 37 % 60) for day in range(len(DAYS)))
    ahead = tuple(None if day < 70 else 180.0 for day in range(len(DAYS)))
    low, high = (tuple(each and each + shift for each in ahead) for shift in (-45, 45))
    focus = Chart(
        "集中時間と予測",
        "84日の集中時間は150〜209分、予測は180分前後",
        "日",
        DAYS,
        (Series("集中時間", minutes), Series("予測", ahead, low, high)),
        unit="分/日",
    )
    bars = Chart("状態別の実行", "成功6回、失敗1回", "状態", ("成功", "失敗"), (Series("回数", (6, 1)),), shape="bar")
    runs = tuple(
        (
            datetime(2026, 11, 23 + day, 5, tzinfo=UTC),
            Decimal(98_765 + day),
            f"exports-{day}",
            2.5 + day,
            day != 3,
            None,
        )
        for day in range(7)
    )
    columns = tuple(map(Column, ("実行日時", "レコード数", "名前", "秒", "成功", "備考")))
    return document(
        Heading("ステータス"),
        Facts((("成功", 6), ("データ版", "3HL4kqtJlcpXroDTDmJ"), ("最終", datetime(2026, 11, 29, 5, tzinfo=UTC)))),
        Paragraph("11月26日は失敗しました。\n翌日の実行で回復しています。", "warning"),
        Heading("集中", 3),
        focus,
        bars,
        Table("実行履歴", columns, runs),
        Paragraph("関連は原因を意味しません。\n\n体調や曜日など別の理由もありえます🍣", "note"),
        title="週次エクスポート報告",
        subtitle="2026年11月23日〜29日",
    )


def of_texts(texts: Sequence[str]) -> Document:
    """Each text as a title, heading, paragraph, fact, cell, and in a chart."""
    first = texts[0]
    parts: list[Part] = [Heading(first), Paragraph(first), Facts(tuple((text, text) for text in texts))]
    parts.append(Table(first, (Column(first), Column("n")), tuple((text, number) for number, text in enumerate(texts))))
    few = tuple(texts[:5])
    parts.append(Chart(first, first, first, few, (Series(first, (1.0,) * len(few)),), shape="bar", unit=first))
    parts += [Paragraph(text) for text in texts]
    return document(*parts, title=first, subtitle=first)
