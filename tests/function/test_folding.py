"""pipeline.function.handler: after a success the history's index is brought up to the ledger, where there is time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.function.handler import FOLD_SECONDS, ExportFunction
from pipeline.lake.history_keys import HISTORY
from pipeline.runs.folded.kept import FEW
from pipeline.runs.ledger import Ledger
from tests.conftest import MakeTable
from tests.function.test_handler import Context
from tests.runs.test_ledger import run

MakeFunction = Callable[[str], ExportFunction]


class Short(Context):
    """An invocation that is nearly over."""

    def get_remaining_time_in_millis(self) -> int:
        return int(FOLD_SECONDS * 1000)


@pytest.mark.parametrize(("context", "folded"), [(Context(), True), (Short(), False)], ids=["time", "none left"])
def test_a_success_folds_the_days_before_it_where_there_is_time(
    make_function: MakeFunction, make_table: MakeTable, context: Context, folded: bool
) -> None:
    function = make_function(make_table([{"PK": "u", "SK": "1"}]))
    lake, today = function.exporter.lake, function.exporter.now().date()
    for number in range(FEW):
        Ledger(lake).open(run(f"r{number:02}", today))
    assert function.answer({"runId": "r1"}, context)["statusCode"] == 200
    assert bool(list(lake.list_after(HISTORY, ""))) is folded
