"""A lender's project: loans are scored every night, with ONE pipeline file that no test changes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["BATCH", "EARLIER", "INACTIVE", "ROWS", "loans", "predicted", "put", "refer", "write"]

BATCH = "2024-03-08"
EARLIER = ("2024-03-05", "2024-03-06", "2024-03-07")
ROWS, INACTIVE, GROUP = 120, 8, 32
WATCHED = ["mid", "amount", "income", "plan", "discount"]
CITIES = ("Rome", "Oslo", "Bonn")
PIPELINE = """\
pipeline: loans
as_of: "{batch}T12:00:00Z"

ingest:
  primary:
    type: parquet
    path: data/{batch}/*.parquet
    key: id
    chunk_rows: 32
    on_unchanged_input: fail
  lookups:
    rates:
      type: csv
      path: data/rates.csv
      join: [city]
      columns: [rate]
      expect: {min_rows: 3, min_key_coverage: 90%}

validate:
  columns:
    id:       {dtype: int64}
    taken_at: {dtype: timestamp, timezone: UTC, resolution: s}
    due_at:   {dtype: timestamp, timezone: UTC}
    city:     {dtype: category, one_of: [Rome, Oslo, Bonn]}
    branch:   {dtype: string, pattern: '\\d{4}'}
    plan:     {dtype: category, one_of: [basic, plus, gold], max_new_share: 5%}
    amount:   {dtype: float64, min: 0, max: 100000}
    income:   {dtype: float64, min: 1, max: 1000000, on_violation: quarantine}
    terms:    {dtype: int32, min: 1, max: 120}
    account:  {dtype: int64, unique: true}
    active:   {dtype: bool}
    discount: {dtype: float64, min: 0, max: 1, nullable: true, max_null_share: 40%}
    memo:     {dtype: string, nullable: true, nulls: [NA], length: {max: 40}}
    rate:     {dtype: float64, min: 0, max: 1}
  filters:
    - use: lending.steps:active
  rules:
    - use: compare
      with: {left: taken_at, relation: "<=", right: due_at}
    - use: lending.steps:affordable
      on_violation: fail
  rows: {min: 50, change: 50%}
  freshness: {column: taken_at, max_age: 36h}

featurize:
  - use: lending.steps:add_burden
  - use: fill
    with: {values: {discount: 0.0}}

predict:
  model: {type: sklearn, path: models/risk.skops, sha256: DIGEST}
  method: predict
  outputs: [low, mid, high]

check_output:
  bounds: {mid: {min: 0, max: 1}}
  rows: [{increasing: [low, mid, high]}]
  distribution: {mid: {mean: [0.05, 0.6], max_top_share: 50%, max_mean_change: 0.01}}

drift:
  reference: references/loans.json
  columns: [mid, amount, income, plan, discount]

publish: {type: files, format: parquet, path: out/loans}

limits:
  quarantined_rows: {rows: 5}
"""
STEPS = '''\
"""The project's own steps."""


def active(frame):
    return frame["active"]


def affordable(frame):
    return frame["amount"] / frame["terms"] < 5_000


def add_burden(frame):
    for memo in frame["memo"].dropna():
        if memo.startswith("!"):
            raise ValueError(f"cannot read {memo[:20]}")
    return frame.assign(burden=frame["amount"] / frame["terms"] / frame["income"])
'''
RATES = "city,rate\nRome,0.031\nOslo,0.042\nBonn,0.028\n"
# low, mid and high of burden, rate, discount; with a discount above one half, high may fall below mid.
COEFFICIENTS = [[0.80, 1.0, -0.05], [0.90, 1.0, 0.0], [1.00, 1.0, -0.10]]
INTERCEPTS = [0.02, 0.08, 0.16]


def loans(batch: str = BATCH) -> pd.DataFrame:
    """The rows of a batch as the source has them; the last eight are not active."""
    random = np.random.default_rng(int(batch.replace("-", "")))
    rows = ROWS + INACTIVE
    number = np.arange(rows)
    first = pd.Timestamp(batch, tz="UTC")
    return pd.DataFrame(
        {
            "id": int(batch.replace("-", "")) * 1000 + number,
            "taken_at": first + pd.to_timedelta(random.integers(0, 36_000, rows), unit="s"),
            "due_at": first + pd.to_timedelta(random.integers(2, 400, rows), unit="D"),
            "city": [CITIES[n % 3] for n in number],
            "branch": [f"{n % 97:04d}" for n in number],
            "plan": [("basic", "plus", "gold")[n % 3] for n in number],
            "amount": random.uniform(500, 12_000, rows).round(2),
            "income": random.uniform(2_000, 9_000, rows).round(2),
            "terms": random.integers(12, 96, rows).astype("int32"),
            "account": 9_007_199_254_740_993 + random.permutation(rows),
            "active": number < ROWS,
            "discount": np.where(number % 5 == 0, np.nan, (number % 20) / 40),
            "memo": [None if n % 4 == 0 else f"loan {n}" for n in number],
        }
    )


def put(root: Path, rows: Any, batch: str = BATCH) -> None:
    """The rows, a frame or a table, are the batch's only file."""
    import pyarrow as pa
    from pyarrow import parquet

    folder = root / "data" / batch
    folder.mkdir(parents=True, exist_ok=True)
    table = (
        pa.Table.from_pandas(rows, preserve_index=False) if isinstance(rows, pd.DataFrame) else rows
    )
    parquet.write_table(table, folder / "loans.parquet", row_group_size=GROUP)


def write(root: Path) -> None:
    """A project with three earlier batches and the one that tests break."""
    for folder in ("data", "models", "lending"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text('[project]\nname = "lending"\nversion = "1"\n')
    (root / "lending" / "__init__.py").write_text("")
    (root / "lending" / "steps.py").write_text(STEPS)
    (root / "data" / "rates.csv").write_text(RATES)
    digest = _train(root / "models" / "risk.skops")
    (root / "pipeline.yaml").write_text(PIPELINE.replace("DIGEST", digest))
    for batch in (*EARLIER, BATCH):
        put(root, loans(batch), batch)
    refer(root, [predicted(loans(batch)) for batch in EARLIER])


def predicted(rows: pd.DataFrame) -> pd.DataFrame:
    """The active rows with what the model says of them, as far as drift looks at it."""
    kept = rows[rows["active"]]
    burden = kept["amount"] / kept["terms"] / kept["income"]
    rate = kept["city"].map({"Rome": 0.031, "Oslo": 0.042, "Bonn": 0.028})
    mid = COEFFICIENTS[1][0] * burden + COEFFICIENTS[1][1] * rate + INTERCEPTS[1]
    discount = kept["discount"].fillna(0.0)
    return kept.assign(mid=mid, discount=discount)[WATCHED]


def refer(root: Path, frames: list[pd.DataFrame], pipeline: str = "loans") -> None:
    """The reference is made from these rows."""
    import seawall
    from seawall.disk import Disk
    from seawall.references import Reference, write_reference

    profile = seawall.profile(pd.concat(frames, ignore_index=True))
    made = Reference(pipeline, "a table", datetime(2024, 3, 7, tzinfo=UTC), profile)
    write_reference(Disk(), root / "references" / "loans.json", made)


def _train(path: Path) -> str:
    """The sha256 of the model that stands there now."""
    import skops.io
    from sklearn.linear_model import LinearRegression

    features = pd.DataFrame(
        {"burden": [0.1, 0.2, 0.4], "rate": [0.03, 0.04, 0.02], "discount": [0.0, 0.5, 0.1]}
    )
    model = LinearRegression().fit(features, np.zeros((3, 3)))
    model.coef_, model.intercept_ = np.array(COEFFICIENTS), np.array(INTERCEPTS)
    payload = skops.io.dumps(model)
    path.write_bytes(payload)
    return hashlib.sha256(payload).hexdigest()
