"""The flight pipeline with its weather in PostgreSQL, its planes over HTTP and its airports on S3."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.flight_delays import inputs
from pipelines.flight_delays.prepare import save, train
from tests.http_server import Answer, Asked, HttpServer, rows, text
from tests.postgres import Postgres
from tests.s3 import S3
from tests.tcp_proxy import TcpProxy

REPOSITORY = Path(__file__).parents[2]
BEFORE, BATCH = "2013-06-30", "2013-07-01"
DEADLINE_S = 4.0
TOKEN, QUERY_TOKEN = "bearer-of-this-test-7f3a9c", "query-token-of-this-test-51b8"
LOOKUPS_ON_DISK = {
    "data/weather.db": inputs.write_weather,
    "data/planes.csv": inputs.write_planes,
    "data/airports.jsonl": inputs.write_airports,
}
PATIENCE = """\
      attempt_timeout: 2s
      deadline: 4s
      retry: {max_attempts: 2, backoff: {initial: 100ms, max: 200ms}}
"""
LOOKUPS = f"""\
  lookups:
    weather:
      type: sql
      url: ${{env:WEATHER_DB}}
      query: SELECT origin, time_hour, temp, wind_speed, precip, visib FROM weather WHERE day = :batch
      join: [origin, time_hour]
      columns: [temp, wind_speed, precip, visib]
      expect: {{min_rows: 1, max_null_share: {{temp: 20%}}, min_key_coverage: 90%, max_staleness: 36h, as_of_column: time_hour}}
{PATIENCE}\
      fallback:
        - constants: {{temp: 55.4, wind_speed: 9.2, precip: 0.0, visib: 10.0}}
    planes:
      type: http
      url: ${{env:PLANES_URL}}
      records: planes
      pages: {{by: page, parameter: page, size: 1000, size_parameter: per_page}}
      headers: {{Authorization: "${{env:PLANES_TOKEN}}"}}
      private_networks: [127.0.0.0/8]
      join: [tailnum]
      columns: {{year: plane_year, seats: seats}}
      expect: {{min_rows: 1000, max_null_share: {{seats: 10%}}, min_key_coverage: 70%, max_staleness: 7d}}
{PATIENCE}\
      fallback:
        - last_known_good: {{max_age: 7d, min_key_coverage: 70%}}
    airports:
      type: jsonl
      path: s3://BUCKET/airports.jsonl
      storage: {{endpoint_url: "${{env:S3_ENDPOINT}}", key: "${{env:S3_KEY}}", secret: "${{env:S3_SECRET}}"}}
      join: {{dest: faa}}
      columns: {{tz: dest_tz}}
      expect: {{min_rows: 1000, max_null_share: {{tz: 5%}}, min_key_coverage: 90%, max_staleness: 30d, as_of_column: updated}}
{PATIENCE}\

"""
PRIMARIES = {
    "postgres": f"""\
    type: sql
    url: ${{env:FLIGHTS_DB}}
    query: SELECT * FROM flights WHERE batch = :batch ORDER BY flight_id
{PATIENCE.replace("      ", "    ")}\
    key: flight_id
""",
    "http": f"""\
    type: http
    url: ${{env:FLIGHTS_URL}}
    params: {{day: "{{batch}}"}}
    format: jsonl
    headers: {{Authorization: "${{env:PLANES_TOKEN}}"}}
    private_networks: [127.0.0.0/8]
{PATIENCE.replace("      ", "    ")}\
    key: flight_id
""",
    "s3": f"""\
    type: parquet
    path: s3://BUCKET/flights/{{batch}}.parquet
    storage: {{endpoint_url: "${{env:FLIGHTS_S3}}", key: "${{env:S3_KEY}}", secret: "${{env:S3_SECRET}}"}}
{PATIENCE.replace("      ", "    ")}\
    key: flight_id
""",
}


@dataclass
class Upstreams:
    """The three servers; what they hold is put back as it was by `heal`."""

    postgres: Postgres
    proxy: TcpProxy
    http: HttpServer
    s3: S3
    data: Path
    more: dict[str, str] = field(default_factory=dict)
    days: dict[str, Answer] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """Where the pipeline file finds them, with the secrets."""
        port = f":{self.postgres.port}/"
        return {
            "WEATHER_DB": self.postgres.url.replace(port, f":{self.proxy.port}/"),
            "FLIGHTS_DB": self.postgres.url.replace(port, f":{self.proxy.port}/"),
            "PLANES_URL": f"{self.http.url}/planes?token={QUERY_TOKEN}",
            "FLIGHTS_URL": f"{self.http.url}/flights?token={QUERY_TOKEN}",
            "PLANES_TOKEN": f"Bearer {TOKEN}",
            "S3_ENDPOINT": self.s3.endpoint,
            "FLIGHTS_S3": self.s3.endpoint,
            "S3_KEY": self.s3.key,
            "S3_SECRET": self.s3.secret,
            **self.more,
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may be seen nowhere."""
        return (self.postgres.password, TOKEN, QUERY_TOKEN, self.s3.secret)

    def heal(self) -> None:
        """Every server answers with what it should."""
        self.more.clear()
        self.proxy.mode = self.s3.proxy.mode = "pass"
        self.http.stop()
        self.http.start()
        self.http.requests.clear()
        self.http.route("/planes", self.planes())
        self.put_weather()
        self.put_airports(self.airports())

    def planes(self, **change: Any) -> Any:
        """The service for planes, in pages; `change` is written over every row."""
        found = [{**plane, **change} for plane in _planes(self.data)]
        return paged(found, formatdate(usegmt=True))

    def airports(self) -> list[dict[str, Any]]:
        """The rows of the airports' file."""
        lines = (self.data / "airports.jsonl").read_text().splitlines()
        return [{**json.loads(line), "updated": "2013-06-30T12:00:00Z"} for line in lines]

    def flights(self, day: str) -> pd.DataFrame:
        """The rows to score of a day."""
        return pd.read_parquet(self.data / f"flights/date={day}/flights.parquet")

    def put_flights(self, found: pd.DataFrame, *, day: str = BATCH) -> None:
        """All three upstreams have these rows to score of that day."""
        payload = io.BytesIO()
        found.to_parquet(payload)
        self.s3.put(f"flights/{day}.parquet", payload.getvalue())
        lines = found.to_json(orient="records", lines=True, date_format="iso", date_unit="us")
        answers = {**self.days, day: text(lines, kind="application/x-ndjson")}
        self.days = answers
        self.http.route("/flights", lambda asked: answers[asked.query["day"]])
        self.postgres.run(_table_of(found, day))

    def put_airports(self, found: list[dict[str, Any]]) -> None:
        """The bucket holds these rows."""
        self.s3.put("airports.jsonl", "".join(json.dumps(row) + "\n" for row in found).encode())

    def put_weather(self) -> None:
        """The weather of both days is in its table."""
        names = ("day", "origin", "time_hour", "temp", "wind_speed", "precip", "visib")
        with sqlite3.connect(self.data / "weather.db") as database:
            wanted = f"SELECT {', '.join(names)} FROM weather WHERE day IN (?, ?)"
            found = database.execute(wanted, (BEFORE, BATCH)).fetchall()
        database.close()
        self.postgres.run(
            "DROP TABLE IF EXISTS weather; CREATE TABLE weather (day text, origin text, "
            "time_hour timestamptz, temp float8, wind_speed float8, precip float8, visib float8)"
        )
        values = ", ".join(f"({', '.join(_sql(value) for value in row)})" for row in found)
        self.postgres.run(f"INSERT INTO weather VALUES {values}")


def paged(found: list[dict[str, Any]], modified: str) -> Any:
    """A service that hands the rows out in pages."""

    def answer(asked: Asked) -> Answer:
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        part = found[(page - 1) * size : page * size]
        return rows({"planes": part}, Last_Modified=modified)

    return answer


def _planes(data: Path) -> list[dict[str, Any]]:
    with (data / "planes.csv").open(newline="") as file:
        return [
            {
                "tailnum": plane["tailnum"],
                "year": float(plane["year"]) if plane["year"] else None,
                "seats": int(plane["seats"]),
            }
            for plane in csv.DictReader(file)
        ]


def _table_of(found: pd.DataFrame, day: str) -> str:
    """The statements that put the rows into the table of flights."""
    kinds = {"i": "bigint", "f": "float8", "M": "timestamptz"}
    columns = ", ".join(f"{n} {kinds.get(v.dtype.kind, 'text')}" for n, v in found.items())
    values = ", ".join(
        f"('{day}', {', '.join(_sql(value) for value in row)})"
        for row in found.itertuples(index=False)
    )
    made = f"DROP TABLE IF EXISTS flights; CREATE TABLE flights (batch text, {columns})"
    return f"{made}; INSERT INTO flights VALUES {values}" if values else made


def _sql(value: Any) -> str:
    if pd.isna(value):
        return "NULL"
    if isinstance(value, pd.Timestamp):
        return f"'{value.isoformat()}'"
    return f"'{value}'" if isinstance(value, str) else repr(value)


def make_project(root: Path) -> None:
    """The flight pipeline with two days of flights, as its preparation makes it."""
    for folder in ("pipelines", "configs"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    (root / "pyproject.toml").write_text("")
    for name, write in LOOKUPS_ON_DISK.items():
        write(root / name)
    found = inputs.read_flights()
    inputs.write_flights(root, found, (BEFORE, BATCH))
    model, _ = train(root, found, iterations=5)  # a quick one: how good it is plays no part here
    save(root / "models/flight_delays.skops", model)


def write_config(root: Path, bucket: str, *, primary: str = "") -> None:
    """`pipeline.yaml`: the shipped file with other lookups, and another primary where asked for."""
    shipped = (root / "configs/flight_delays.yaml").read_text()
    head, rest = shipped.split("  lookups:", 1)
    tail = rest[rest.index("\nvalidate:") :]
    if primary:
        head = head[: head.index("    type: parquet")] + PRIMARIES[primary]
    tail = tail[: tail.index("\ndrill:")]  # what it expects of the shipped lookups
    made = f"{head}{LOOKUPS}{tail}"
    (root / "pipeline.yaml").write_text(made.replace("BUCKET", bucket))
