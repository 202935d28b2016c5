"""What the document says between its tables."""

from __future__ import annotations

__all__ = [
    "COMMANDS",
    "DETECTION",
    "FORETOLD",
    "INTRODUCTION",
    "POWER",
    "RIVALS",
    "SIMULATED",
    "SPLITS",
    "TIME",
]

INTRODUCTION = """\
# Drift: the evidence

Written by `python -m benchmarks.drift`; every number below is in `benchmarks/results/drift/`. An alarm is a
warning or a failure. Shares are followed by their 95 % interval (Clopper and Pearson) where it matters.
"""
RIVALS = """\
The rules beside ours: `ks-p-value` is Kolmogorov–Smirnov, of categories chi², with p < 0.05 in each column;
`ks-bonferroni` divides 0.05 by the number of columns; `psi` is a population stability index above 0.2;
`evidently` is the default of Evidently 0.7.23 (`benchmarks/drift/check_evidently.py` holds our writing of it
against the package: no answer in 1,855 columns of 120 reports differs). Of a column without values
Evidently raises an error; that is counted as found. `mean+3sd` is a column's distance to its rolling reference
above the mean + 3 standard deviations of up to 60 earlier ones, the same for its nulls.
"""
SPLITS = """\
## Random splits: false alarms

The reference is a random half of the table (at most 50,000 rows), a batch a random part of the other half: nothing
has changed. Share of batches with an alarm in any column, {batches} batches a table and size, all real tables together.
"""
POWER = """\
## Random splits: what is found in 1,000 rows

A fault in one column of a clean batch, each column in turn (twenty at most), in several batches a table, real tables.
Found: an alarm that names the column. Columns that the fault hardly changes (the sign of zeros) don't count.
"""
TIME = """\
## Time order: alarms with nothing injected

Batches in the order in which they came, each against the ten before it, with up to sixty for a history; `fixed` is
the reference of the warm-up. Nothing is injected, but the world moves, and some days are truly odd.
"""
FORETOLD = """\
## Time order: what calibrating foretells

`calibrated` replays the past with these settings; from its rate follows how many of the next 60 batches will raise an
alarm if the world goes on as it did (95 %, with the error of the rate). The spans overlap: every 30 batches anew.
"""
DETECTION = """\
## Time order: what is found

A fault in one column of a batch, each column in turn (ten of the simulated ones), every eighth batch. Flights after 30 days of warm-up.
Found: an alarm that names the column; ours in brackets: any alarm.
"""
COMMANDS = """\
## Again

    pip install -e '.[bench]'
    python -m benchmarks.drift              # all of it, written
    python -m benchmarks.drift --quick      # about a minute, printed
    python -m benchmarks.drift --parts=     # this document from the results
    python -m benchmarks.drift.check_evidently PYTHON   # our writing of Evidently's rule against itself

Seeds are fixed: the same versions give the same counts for any number of workers. Costs are of the machine.
"""
SIMULATED = """\
Ours on simulated normal columns, which are harder: real ones have few distinct values and long tails. The sign of such a
column, and its place among others like it, say nothing: what is found there is a false alarm.

"""
