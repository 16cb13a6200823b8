"""The parts of the script that a reader runs: the method of pipeline/analysis/correlation/README.md, once more.

Text, not code of this program: nobody here runs it. What it needs beside them are QUESTION, FROM, TO, WEATHER, FAMILY.
"""

from __future__ import annotations

from typing import Final

HEAD: Final = '''
"""Recomputes one answer from result.csv, the CSV of the SQL. Needs numpy and scipy: pip install numpy scipy"""
import csv
from datetime import date, timedelta
import numpy as np
from scipy import special, stats
'''

CORE: Final = '''
def series(rows, name):
    """The first day, and a value a day, no day left out; nan where there is none."""
    days = {date.fromisoformat(row["day"]): row[name] for row in rows}
    first, last = max(FROM, min(days)), min(TO, max(days))
    values = np.array([days.get(first + timedelta(n)) or "nan" for n in range((last - first).days + 1)], float)
    return first, np.where(np.isfinite(values), values, np.nan)


def left_over(values, first):
    """Ranks without weekday, trend and season (mean 0, spread 1); what these cost: of the days, of the span."""
    known, left = np.flatnonzero(~np.isnan(values)), np.full(len(values), np.nan)
    if not len(known):
        return left, 1, 0
    at = np.arange(known[-1] - known[0] + 1)
    weekday = (first.weekday() + known[0] + at) % 7
    slow = [np.cos(np.pi * turn * (at + 0.5) / len(at)) for turn in range(1, 2 * len(at) // 180 + 1)]
    controls = np.column_stack([at >= 0, at / len(at), *slow, *(weekday == day for day in range(6))]).astype(float)
    used, ranked = controls[known - known[0]], stats.rankdata(values[known])
    rest = ranked - used @ np.linalg.lstsq(used, ranked, rcond=None)[0]
    if len(known) > used.shape[1] and rest.std() > 1e-7 * ranked.max():
        left[known] = rest / rest.std()
    return left, min((used.shape[1] - 1) / len(known), 1), min((used.shape[1] - 6) / len(at), 1)


def alike(left, slow):
    """Autocorrelations from one day on; what trend and season took from them is put back."""
    x, here = np.nan_to_num(left), ~np.isnan(left)
    pairs = {k: (here[k:] & here[:-k]).sum() for k in range(1, min(30, len(x) // 3) + 1)}
    own = np.clip([x[k:] @ x[:-k] / n if n > 5 else 0 for k, n in pairs.items()], -1, 1)
    taken = min(slow * (1 + 2 * (np.cumprod(own > 0) * own).sum()), 0.5)
    return own * (1 - taken) + taken


def compared(values, first, lag):
    """r, days, effective days, degrees of freedom of two series; None where there are too few days."""
    parts = [left_over(one, first) for one in values]
    own = [alike(left, slow) for left, _, slow in parts]
    if all(len(one) and one[0] > 0.85 for one in own):  # both wander: changes from day to day
        parts = [left_over(np.append(np.nan, np.diff(one)), first) for one in values]
        own = [alike(left, slow) for left, _, slow in parts]
    x, y = parts[0][0][: max(len(values[0]) - lag, 0)], parts[1][0][lag:]
    here, there = ~np.isnan(x), ~np.isnan(y)
    days, total = int((here & there).sum()), 0
    if days < 28 or min(x[here & there].var(), y[here & there].var()) < 1e-9:
        return None
    for k, product in enumerate(own[0] * own[1], start=1):
        if product <= 0:
            break
        total += product * (here[k:] & here[:-k] & there[k:] & there[:-k]).sum()
    worth = np.clip(days / (1 + 2 * total / days), 2, days)
    r = np.corrcoef(x[here & there], y[here & there])[0, 1]
    return None if worth < 28 else (r, days, worth, worth * (1 - max(parts[0][1], parts[1][1])) - 2)


def judged(found):
    """r, days, effective days, lower and upper end, p of what was compared."""
    if found is None:
        return None
    r, days, worth, degrees = found
    half = special.ndtri(0.975) / np.sqrt(max(degrees - 1, 1e-9))
    z = np.arctanh(np.clip(r, -0.999999, 0.999999))
    p = special.betainc(degrees / 2, 0.5, np.clip(1 - r * r, 0, 1)) if degrees > 0 else np.nan
    return r, days, worth, np.tanh(z - half), np.tanh(z + half), p


with open("result.csv", encoding="utf-8-sig", newline="") as file:
    ROWS = list(csv.DictReader(file))
'''

OF_ONE: Final = """
def answer(driver, outcome, lag):
    (first, x), (_, y) = series(ROWS, driver), series(ROWS, outcome)
    return judged(compared((x, y), first, lag))
"""

EVERYBODY: Final = '''
PEOPLE = [[row for row in ROWS if row["user_id"] == who] for who in sorted({row["user_id"] for row in ROWS})]


def sky(name):
    """The mean over people of what is left over, a day each: there is one weather for all."""
    found = [(first, left_over(values, first)[0]) for first, values in (series(rows, name) for rows in PEOPLE)]
    begin = min(first for first, _ in found)
    heap = np.full((len(found), max((first - begin).days + len(left) for first, left in found)), np.nan)
    for at, (first, left) in enumerate(found):
        heap[at, (first - begin).days :][: len(left)] = left
    known = (~np.isnan(heap)).sum(0)
    return begin, np.where(known, np.nansum(heap, 0) / np.maximum(known, 1), np.nan)


def answer(driver, outcome, lag):
    both = [(series(rows, driver), series(rows, outcome)) for rows in PEOPLE]
    dots = [dot for (first, x), (_, y) in both if (dot := compared((x, y), first, lag))]
    if len(dots) < 5:
        return None
    if driver in WEATHER:
        (begin, x), (_, y) = sky(driver), sky(outcome)
        return judged(compared((x, y), begin, lag))
    r, days, worth, degrees = map(np.array, zip(*dots))
    z, variance, free = np.arctanh(np.clip(r, -0.999, 0.999)), 1 / np.maximum(degrees - 1, 1), len(dots) - 1
    weight = 1 / variance  # DerSimonian and Laird: how much people differ
    off = weight @ (z - weight @ z / weight.sum()) ** 2
    between = max(0, (off - free) / (weight.sum() - weight @ weight / weight.sum()))
    weight = 1 / (variance + between)  # Hartung and Knapp: the mean's error, by t
    mean = weight @ z / weight.sum()
    error = np.sqrt(max(1, weight @ (z - mean) ** 2 / free) / weight.sum())
    ends = mean + np.array([-1, 1]) * special.stdtrit(free, 0.975) * error
    return np.tanh(mean), days.sum(), worth.sum(), *np.tanh(ends), 2 * special.stdtr(free, -abs(mean) / error)
'''

PRINTED: Final = """
r, days, worth, low, high, p = answer(*QUESTION)
print(f"r={r:.8g} days={days} effective_days={worth:.8g} low={low:.8g} high={high:.8g} p={p:.8g}")
"""

FAMILY: Final = """
# The corrected p: of all that was asked together (Benjamini and Hochberg).
asked = {one: found[5] for one in FAMILY if (found := answer(*one)) and not np.isnan(found[5])}
corrected = dict(zip(asked, stats.false_discovery_control(list(asked.values()))))
print(f"corrected_p={corrected[QUESTION]:.8g} of {len(asked)} questions")
"""
