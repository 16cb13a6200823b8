"""Which report is open, which of its runs, and whether it is edited: all of it stands in the address."""

from __future__ import annotations

from pages.ui import address, state

REPORT, RUN, EDIT, PRINT = "report", "run", "edit", "print"
YES = "1"


def report() -> str | None:
    """The name of the report that is open."""
    return address.opened(state.REPORT_OPENED, REPORT)


def run() -> str | None:
    """The id of the run that is open, of the open report."""
    return address.opened(state.REPORT_RUN, RUN) if report() else None


def editing() -> bool:
    """Whether the open report is edited; where none is open: a new one."""
    return address.opened(state.REPORT_EDITED, EDIT) is not None


def printing() -> bool:
    """Whether the open run is looked at as it is printed."""
    return address.opened(state.REPORT_PRINTED, PRINT) is not None and run() is not None


def open_report(name: str) -> None:
    """Open a report, as a button's ``on_click``."""
    close()
    address.open_or_close(state.REPORT_OPENED, REPORT, name)


def open_run(run_id: str) -> None:
    """Open a run of the open report, as a button's ``on_click``."""
    close_run()
    address.open_or_close(state.REPORT_RUN, RUN, run_id)


def edit(name: str | None) -> None:
    """Edit this report, or a new one, as a button's ``on_click``."""
    close()
    if name:
        address.open_or_close(state.REPORT_OPENED, REPORT, name)
    address.open_or_close(state.REPORT_EDITED, EDIT, YES)


def print_view() -> None:
    """Look at the open run as it is printed, or no longer, as a button's ``on_click``."""
    address.open_or_close(state.REPORT_PRINTED, PRINT, YES)


def close_editor() -> None:
    """Leave the editor for what was open behind it."""
    address.close(state.REPORT_EDITED, EDIT)


def close_run() -> None:
    """Leave a run for its report."""
    address.close(state.REPORT_PRINTED, PRINT)
    address.close(state.REPORT_RUN, RUN)


def close() -> None:
    """Leave whatever is open for the list."""
    close_editor()
    close_run()
    address.close(state.REPORT_OPENED, REPORT)
