"""HTTP: what counts as an answer, and what comes of it."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from seawall.errors import DataError, UnavailableError
from tests.http_server import (
    Answer,
    HttpServer,
    bomb,
    failure,
    html,
    rows,
    text,
    too_many,
    truncated,
)
from tests.sources.http.asking import PLANES, read, request, source


def test_list_of_objects_is_read(ask: Any) -> None:
    """A JSON list becomes rows, of which the wanted columns are kept."""
    assert ask(rows(PLANES), columns=("tail",)) == [{"tail": row["tail"]} for row in PLANES]


def test_records_stand_at_a_path(ask: Any) -> None:
    """Rows are found at a dotted path, whatever stands before and behind them."""
    answer = {"meta": {"list": [1]}, "data": {"n": 7, "rows": PLANES, "more": None}, "end": [{}]}

    assert ask(rows(answer), records="data.rows") == PLANES


def test_whole_numbers_stay_exact(ask: Any) -> None:
    """A whole number beyond 2^53 is read digit by digit, and fractions stay fractions."""
    found = [{"n": 2**53 + 1, "x": 0.1}, {"n": -(2**63), "x": 2}]

    assert ask(rows(found)) == found


def test_numbers_that_share_no_exact_type_are_refused(ask: Any) -> None:
    """A column whose values no type holds without loss is an error, not a rounded column."""
    with pytest.raises(DataError, match="in column 'n'"):
        ask(rows([{"n": 2**53 + 1}, {"n": 0.5}]))


def test_key_that_some_rows_lack_is_null(ask: Any) -> None:
    """A key that a row leaves out is null there, also when it comes late."""
    assert ask(rows([{"a": 1}, {"a": 2, "b": "x"}])) == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_renamed_column_is_missing(ask: Any) -> None:
    """A wanted column that no row has is an error which names the nearest key."""
    with pytest.raises(DataError, match="did you mean 'tail'"):
        ask(rows(PLANES), columns=("tails",))


def test_empty_list_keeps_the_columns(tmp_path: Path, http_server: HttpServer) -> None:
    """No rows are no error here, and come with the columns that were asked for."""
    url = http_server.route("/rows", rows([]))
    (table,) = source(url).tables(request(tmp_path, ("a", "b")))

    assert (table.num_rows, table.column_names) == (0, ["a", "b"])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (html(), "an HTML page where rows are due"),
        (text(html().body, kind="application/json"), "an HTML page where rows are due"),
        (rows({"error": "expired"}), "something else where the list of rows is due"),
        (rows("nothing"), "something else where the list of rows is due"),
        (rows([1]), "a row that is no object"),
        (text(""), "an empty answer"),
        (text('[{"a": 1}, {"a": '), "no JSON"),
        (text('[{"a": 1},]'), "no JSON: a comma before"),
        (text('[{"a": 1}] [{"a": 2}]'), "more behind the end"),
        (text('[{"a": NaN}]'), "no JSON: NaN"),
        (text("[" * 100_000), "something else|no object|nested too deeply"),
        (text(b'[{"a": "\xe9"}]'), "not UTF-8"),
        (text('[{"a": ' + "9" * 5_000 + "}]"), "no JSON"),
        (Answer(status=204), "an answer without rows"),
        (text("[]", Content_Encoding="br"), "an encoding that was not asked for"),
        (text("[]", Content_Encoding="gzip, gzip"), "an encoding that was not asked for"),
    ],
)
def test_what_is_no_list_of_rows_is_refused(ask: Any, answer: Answer, words: str) -> None:
    """An answer of another shape is a failure that says what came, never rows."""
    with pytest.raises(UnavailableError, match=words):
        ask(answer)


def test_object_without_the_records_names_its_keys(ask: Any) -> None:
    """When the list isn't at its path the keys that are there are named."""
    with pytest.raises(UnavailableError) as caught:
        ask(rows({"error": "expired", "code": 7}), records="data")

    assert caught.value.seen == "error, code"


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_status_is_raised_with_its_answer(ask: Any, status: int) -> None:
    """A status of 4xx or 5xx is raised as such, so that it can be judged, without the query."""
    with pytest.raises(httpx.HTTPStatusError, match=f"status {status} ") as caught:
        ask(failure(status, Retry_After="7"), params={"token": "geheim"})

    assert caught.value.response.headers["Retry-After"] == "7"
    assert "geheim" not in str(caught.value)


def test_nothing_is_tried_again(ask: Any, http_server: HttpServer) -> None:
    """One failure is one request: trying again is one layer's business."""
    for answer in (failure(500), too_many("0"), truncated(rows(PLANES), 9)):
        with pytest.raises(httpx.HTTPError):
            ask(answer)

    assert len(http_server.requests) == 3


def test_truncated_body_is_the_networks_fault(ask: Any) -> None:
    """A body that ends before its length is a broken connection, even where it is whole JSON."""
    with pytest.raises(httpx.RemoteProtocolError):
        ask(replace(rows(PLANES), claims=10_000, cut=True))


def test_cut_chunks_are_the_networks_fault(ask: Any) -> None:
    """A chunked body without its last chunk is a broken connection."""
    body = b"2\r\n[]\r\n"
    with pytest.raises(httpx.RemoteProtocolError):
        ask(Answer(body, headers={"Transfer-Encoding": "chunked"}, cut=True))


def test_gzip_is_unpacked(ask: Any) -> None:
    """A body in gzip is read, and one that is cut short is damaged, wherever it is cut."""
    packed = gzip.compress(json.dumps(PLANES).encode())

    assert ask(text(packed, Content_Encoding="gzip")) == PLANES
    with pytest.raises(DataError, match="not whole gzip data"):
        ask(text(packed[:-4], Content_Encoding="gzip"))


def test_bomb_is_stopped_by_the_cap_on_a_record(ask: Any) -> None:
    """A gzip bomb of one value ends at the cap on a record."""
    with pytest.raises(DataError, match="of more than"):
        ask(bomb(20), caps={"record_bytes": 1 << 20})


def test_bomb_is_stopped_by_the_cap_on_bytes(ask: Any) -> None:
    """What is unpacked counts, over all pages, and reading ends once it is too much."""
    packed = gzip.compress(b'[{"k": 1}' + b',{"k": 1}' * 1_000_000 + b"]")
    with pytest.raises(DataError, match="more than 1,000,000 bytes"):
        ask(text(packed, Content_Encoding="gzip"), caps={"decoded_bytes": 1_000_000})


def test_large_document_is_read_in_pieces(tmp_path: Path, http_server: HttpServer) -> None:
    """A document of many rows comes in several tables, whose types are each other's."""
    many = [{"n": number, "s": "x" * 40} for number in range(120_000)]
    url = http_server.route("/rows", rows(many))
    tables = list(source(url).tables(request(tmp_path)))

    assert [table.num_rows for table in tables] == [50_000, 50_000, 20_000]
    assert [row for table in tables for row in table.to_pylist()] == many


def test_json_lines_and_csv_are_read_as_files_are(ask: Any) -> None:
    """Lines of JSON keep their types; every value of CSV is text, by the declared layout."""
    lines = "".join(json.dumps(row) + "\n" for row in PLANES)
    table = "tail;year\nN1;'19;90'\nN2;\n"
    layout = {"delimiter": ";", "quote": "'"}

    assert ask(text(lines), format="jsonl") == PLANES
    found = [{"tail": "N1", "year": "19;90"}, {"tail": "N2", "year": None}]
    assert ask(text(table, kind="text/csv"), format="csv", csv=layout) == found


def test_fault_in_csv_names_the_service(ask: Any, http_server: HttpServer, tmp_path: Path) -> None:
    """A bad record is named by its line of the answer, not by a file of ours, which is gone."""
    with pytest.raises(DataError) as caught:
        ask(text("a,b\n1,2\n1\n", kind="text/csv"), format="csv")

    assert caught.value.where == f"{http_server.url}/rows:3"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_text_of_another_shape_is_refused(ask: Any, kind: str) -> None:
    """A page for people is refused in text formats too, whatever type it claims."""
    with pytest.raises(UnavailableError, match="an HTML page"):
        ask(text(html().body), format=kind)
    with pytest.raises(DataError, match="of more than"):
        ask(text("a\n" + "x" * 3_000), format=kind, caps={"record_bytes": 2_000})


def test_empty_json_lines_are_no_rows(ask: Any) -> None:
    """A body without bytes holds no JSON lines, which is no error here."""
    assert ask(text(""), format="jsonl", columns=("a",)) == []


def test_batch_stands_in_the_url(tmp_path: Path, http_server: HttpServer) -> None:
    """{batch} in the URL is the batch's key; parameters that stand there stay."""
    http_server.route("/days/2013-07-01", rows(PLANES))
    made = source(http_server.url + "/days/{batch}?x=1", params={"y": "2"})

    assert read(made, request(tmp_path)) == PLANES
    assert http_server.requests[0].query == {"x": "1", "y": "2"}


def test_as_of_is_the_declared_headers(tmp_path: Path, http_server: HttpServer) -> None:
    """The rows' time is Last-Modified unless another header is asked for; without one it is unknown."""
    url = http_server.route(
        "/rows",
        rows(PLANES, Last_Modified="Mon, 01 Jul 2013 06:00:00 GMT", X_As_Of="2013-06-30T23:00:00Z"),
    )
    made, asked = source(url), request(tmp_path)
    times = []
    for name in ("Last-Modified", "X-As-Of", "X-Other", "Content-Type"):
        read(made, replace(asked, as_of_header=name))
        times.append(made.as_of)

    assert times == [
        datetime(2013, 7, 1, 6, tzinfo=UTC),
        datetime(2013, 6, 30, 23, tzinfo=UTC),
        None,
        None,
    ]
