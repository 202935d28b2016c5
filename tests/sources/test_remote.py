"""Files behind URLs and in compressed form: read by ranges, unpacked under caps, held still."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.config.sources import FilesSource
from seawall.contracts import Caps, Request
from seawall.errors import DataError, TemporaryError, UnavailableError
from seawall.sources.remote import RemoteFiles
from tests.http_server import Answer, HttpServer
from tests.s3 import S3

TABLE = pa.table({"k": list(range(1_000)), "v": [f"value {n}" for n in range(1_000)]})
CSV = b"k,v\n" + b"".join(b"%d,value %d\n" % (n, n) for n in range(1_000))
JSONL = b"".join(b'{"k": %d, "v": "value %d"}\n' % (n, n) for n in range(1_000))


def zstd(payload: bytes) -> bytes:
    """The bytes as a zstd frame."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(payload)
    return sink.getvalue().to_pybytes()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
}


def parquet(table: pa.Table, rows: int = 100, **options: Any) -> bytes:
    """The table's file, in row groups of that many rows."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=rows, **options)
    return sink.getvalue().to_pybytes()


def source(path: str, kind: str = "csv", **keys: Any) -> RemoteFiles:
    """A source of files."""
    return RemoteFiles(FilesSource.model_validate({"type": kind, "path": path, **keys}), {})


def request(tmp_path: Path, columns: tuple[str, ...] | None = None, **caps: int) -> Request:
    """What is asked for: rows of a day."""
    asked = Request("2013-07-01", datetime(2013, 7, 1, tzinfo=UTC), tmp_path, columns, Caps(**caps))
    return replace(asked, scratch=tmp_path)


def read(made: RemoteFiles, asked: Request) -> pa.Table:
    """All rows."""
    return pa.concat_tables(made.tables(asked))


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize(("form", "payload"), [("csv", CSV), ("jsonl", JSONL)])
def test_compressed_file_is_read(tmp_path: Path, kind: str, form: str, payload: bytes) -> None:
    """A compressed text file has the rows of the same file unpacked, by the rules for text."""
    (tmp_path / f"part.{form}.{kind}").write_bytes(PACKED[kind](payload))
    table = read(source(f"*.{form}.{kind}", form), request(tmp_path))

    assert table.column("v").to_pylist() == TABLE.column("v").to_pylist()
    assert table.column("k")[7].as_py() == ("7" if form == "csv" else 7)


@pytest.mark.parametrize("kind", PACKED)
def test_several_streams_in_one_file_are_read(tmp_path: Path, kind: str) -> None:
    """Compressed files that were put behind each other are one file."""
    pack = PACKED[kind]
    (tmp_path / f"part.csv.{kind}").write_bytes(pack(CSV[:2_000]) + pack(CSV[2_000:]))

    assert read(source(f"*.{kind}"), request(tmp_path)).num_rows == 1_000


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("kept", [0.5, -1, -9, 3])
def test_file_that_is_cut_short_is_damaged(tmp_path: Path, kind: str, kept: float) -> None:
    """A compressed file that lacks its end is an error wherever it is cut, never a shorter file."""
    packed = PACKED[kind](CSV)
    stop = int(len(packed) * kept) if isinstance(kept, float) else kept
    (tmp_path / f"part.csv.{kind}").write_bytes(packed[:stop])

    with pytest.raises(DataError, match="not whole"):
        read(source(f"*.{kind}"), request(tmp_path))


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])  # Arrow writes zstd without a checksum
def test_damaged_file_is_refused(tmp_path: Path, kind: str) -> None:
    """A compressed file with bytes of another kind in it is an error that names the file."""
    packed = bytearray(PACKED[kind](os.urandom(9_000).hex().encode()))
    packed[4_000:4_100] = bytes(100)
    (tmp_path / f"part.csv.{kind}").write_bytes(packed)

    with pytest.raises(DataError, match=rf"part\.csv\.{kind}: not whole"):
        read(source(f"*.{kind}"), request(tmp_path))


@pytest.mark.parametrize("kind", PACKED)
def test_bomb_is_stopped_before_it_fills_the_disk(tmp_path: Path, kind: str) -> None:
    """Unpacking ends once more bytes came out than the cap allows, and nothing is left behind."""
    (tmp_path / f"part.csv.{kind}").write_bytes(PACKED[kind](b"k,v\n" + b"1,2\n" * 1_000_000))

    with pytest.raises(DataError, match=r"caps\.decoded_bytes: 3,000,000"):
        read(source(f"*.{kind}"), request(tmp_path, decoded_bytes=3_000_000))
    assert [path.name for path in tmp_path.iterdir()] == [f"part.csv.{kind}"]


def test_cap_is_on_all_files_together(tmp_path: Path) -> None:
    """Many small bombs are one large one."""
    for number in range(4):
        (tmp_path / f"{number}.csv.gz").write_bytes(gzip.compress(CSV))

    asked = request(tmp_path, decoded_bytes=3 * len(CSV))
    with pytest.raises(DataError, match=r"3\.csv\.gz"):
        read(source("*.gz"), asked)


def test_giant_field_is_refused(tmp_path: Path) -> None:
    """A value that is larger than a record may be is an error that names the file."""
    (tmp_path / "part.csv.gz").write_bytes(gzip.compress(b"k\n" + b"x" * 5_000_000))

    with pytest.raises(DataError, match=r"caps\.record_bytes"):
        read(source("*.gz"), request(tmp_path, record_bytes=1 << 20))


def test_compression_is_as_declared(tmp_path: Path) -> None:
    """A declared compression holds whatever the name says, `none` too."""
    (tmp_path / "a.txt").write_bytes(gzip.compress(CSV))
    (tmp_path / "b.gz").write_bytes(CSV)

    assert read(source("a.txt", compression="gzip"), request(tmp_path)).num_rows == 1_000
    url = f"file://{tmp_path}/b.gz"
    assert read(source(url, compression="none"), request(tmp_path)).num_rows == 1_000


def test_fault_names_the_file_that_was_declared(tmp_path: Path) -> None:
    """A bad line is named by the compressed file and its line within, not by a file of ours."""
    (tmp_path / "part.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n1\n"))

    with pytest.raises(DataError) as caught:
        read(source("*.gz"), request(tmp_path))
    assert f"{tmp_path}/part.csv.gz:3" in caught.value.where


def test_files_of_different_columns_are_refused(tmp_path: Path) -> None:
    """Files of one batch have the same columns."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"a,c\n1,2\n"))

    with pytest.raises(DataError, match="different columns"):
        read(source("*.gz"), request(tmp_path))


def test_parquet_is_not_compressed_once_more(tmp_path: Path) -> None:
    """A Parquet file within a gzip file is refused with what to do."""
    (tmp_path / "a.parquet.gz").write_bytes(gzip.compress(parquet(TABLE)))

    with pytest.raises(DataError, match="Parquet compresses its own columns"):
        read(source("*.gz", "parquet"), request(tmp_path))


def test_local_time_is_the_newest_files(tmp_path: Path) -> None:
    """`as_of` is the time of the newest of the files."""
    for number, name in enumerate(["a", "b"]):
        (tmp_path / f"{name}.csv.gz").write_bytes(gzip.compress(CSV))
        os.utime(tmp_path / f"{name}.csv.gz", (1_000_000 - number, 1_000_000 - number))
    made = source("*.gz")
    read(made, request(tmp_path))

    assert made.as_of == datetime.fromtimestamp(1_000_000, UTC)


@pytest.mark.parametrize(
    ("url", "todo"),
    [
        ("http://127.0.0.1/a.csv", "type: http"),
        ("simplecache::s3://bucket/a.csv", "type: http"),
        ("nosuch://bucket/a.csv", "check the URL's protocol"),
        ("gs://bucket/a.csv", "pip install gcsfs"),
    ],
)
def test_url_that_nothing_serves_is_refused(tmp_path: Path, url: str, todo: str) -> None:
    """A URL of no installed package says what to do; web addresses stay with the http source."""
    with pytest.raises(DataError, match="cannot be read from this URL") as caught:
        read(source(url), request(tmp_path))
    assert todo in caught.value.todo


# On S3: the protocol as a real server speaks it.


def on_s3(s3: S3, key: str, kind: str) -> RemoteFiles:
    """A source of the bucket's objects."""
    return source(f"{s3.url}/{key}", kind, storage=s3.storage)


def test_objects_that_match_are_read_in_order(s3: S3, tmp_path: Path) -> None:
    """A glob finds the batch's objects, which are read by their names, folders left out."""
    for number in (2, 0, 1):
        part = TABLE.slice(number * 300, 300)
        s3.put(f"day=2013-07-01/part-{number}.parquet", parquet(part))
    s3.put("day=2013-07-02/part-0.parquet", parquet(TABLE))
    made = on_s3(s3, "day={batch}/*.parquet", "parquet")

    assert read(made, request(tmp_path)).equals(TABLE.slice(0, 900))


def test_text_on_s3_is_read(s3: S3, tmp_path: Path) -> None:
    """CSV and JSON lines, compressed or not, have the rows of local files."""
    s3.put("a.csv", CSV)
    s3.put("b.jsonl.gz", gzip.compress(JSONL))

    assert read(on_s3(s3, "a.csv", "csv"), request(tmp_path, ("v",))).column_names == ["v"]
    assert read(on_s3(s3, "b.jsonl.gz", "jsonl"), request(tmp_path)).equals(TABLE)


def test_only_the_wanted_columns_are_fetched(s3: S3, tmp_path: Path) -> None:
    """A column that nobody asked for is not fetched: a few ranges are, and not the object."""
    table = pa.table({"k": list(range(50)), "fat": [os.urandom(40_000) for _ in range(50)]})
    s3.put("a.parquet", parquet(table, 10, compression="none"))
    before = s3.proxy.sent
    found = read(on_s3(s3, "a.parquet", "parquet"), request(tmp_path, ("k",)))

    assert found.equals(table.select(["k"]))
    assert s3.proxy.sent - before < 300_000 < table.nbytes


def test_time_is_the_newest_objects(s3: S3, tmp_path: Path) -> None:
    """`as_of` is what the store says of its newest object, with a time zone."""
    s3.put("a.csv", CSV)
    made = on_s3(s3, "*.csv", "csv")
    read(made, request(tmp_path))

    assert made.as_of is not None
    assert timedelta(minutes=-1) < datetime.now(UTC) - made.as_of < timedelta(minutes=5)


@pytest.mark.parametrize("key", ["nothing/*.csv", "nothing.csv", "day"])
def test_no_object_is_an_input_that_is_missing(s3: S3, tmp_path: Path, key: str) -> None:
    """A glob without a match, a key without an object and a folder are no input."""
    s3.put("day/a.csv", CSV)
    with pytest.raises(UnavailableError, match="the input is missing"):
        read(on_s3(s3, key, "csv"), request(tmp_path))


@pytest.mark.parametrize(("kind", "payload"), [("csv", CSV), ("parquet", parquet(TABLE))])
def test_object_that_is_replaced_while_it_is_read(
    s3: S3, tmp_path: Path, kind: str, payload: bytes
) -> None:
    """An object that is another one by the end of the read is a reason to read again."""
    s3.put("a", payload)
    tables = on_s3(s3, "a", kind).tables(request(tmp_path))
    next(tables)
    s3.put("a", payload + b"1,2\n")

    with pytest.raises(TemporaryError, match="changed while it was read"):
        list(tables)


def test_object_that_is_gone_before_the_end(s3: S3, tmp_path: Path) -> None:
    """An object that is deleted while it is read is a reason to read again."""
    s3.put("a.csv", CSV)
    tables = on_s3(s3, "*.csv", "csv").tables(request(tmp_path))
    next(tables)
    s3.delete("a.csv")

    with pytest.raises(TemporaryError, match="it is gone"):
        list(tables)


def test_damaged_parquet_names_the_object(s3: S3, tmp_path: Path) -> None:
    """A footer or a page that cannot be read is an error which says of which object."""
    whole = bytearray(parquet(TABLE, write_page_checksum=True))
    s3.put("footer.parquet", bytes(whole[:-20]))
    whole[100:140] = os.urandom(40)
    s3.put("page.parquet", bytes(whole))

    for name in ("footer", "page"):
        with pytest.raises(DataError, match=rf"{s3.bucket}/{name}\.parquet.*damaged"):
            read(on_s3(s3, f"{name}.parquet", "parquet"), request(tmp_path))


def test_many_rows_of_one_value_are_stopped_by_the_footer(s3: S3, tmp_path: Path) -> None:
    """A few kB that stand for millions of rows are refused before they are decoded."""
    table = pa.table({"k": pa.repeat(7, 3_000_000)})
    s3.put("a.parquet", parquet(table, 3_000_000))

    for caps in ({"rows": 1_000_000}, {"decoded_bytes": 1 << 20}):
        with pytest.raises(DataError, match="larger than it may be"):
            read(on_s3(s3, "a.parquet", "parquet"), request(tmp_path, **caps))


def test_refused_connection_is_told_as_such(s3: S3, tmp_path: Path) -> None:
    """A store that refuses connections is down: it has no missing files."""
    from botocore.exceptions import EndpointConnectionError

    s3.put("a.csv", CSV)
    for key in ("*.csv", "a.csv"):
        with s3.proxy.set("refuse"), pytest.raises(EndpointConnectionError):
            read(on_s3(s3, key, "csv"), request(tmp_path))


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (500, "InternalError")])
def test_failing_store_is_asked_once(
    tmp_path: Path, http_server: HttpServer, status: int, code: str
) -> None:
    """A store that fails is asked one time: trying again is one layer's business, and not this one's."""
    body = f"<Error><Code>{code}</Code><Message>not now</Message></Error>".encode()
    http_server.route("/bucket", Answer(body, status, {"Content-Type": "application/xml"}))
    storage = {"endpoint_url": http_server.url, "key": "k", "secret": "s"}
    with pytest.raises(OSError, match="not now"):
        read(source("s3://bucket/*.csv", storage=storage), request(tmp_path))

    assert len(http_server.requests) == 1


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_connection_that_is_cut_is_a_failure(s3: S3, tmp_path: Path, kind: str) -> None:
    """An answer that ends on the way is what the store's package raises, not a damaged file."""
    s3.put("a", CSV if kind == "csv" else parquet(TABLE))
    made = on_s3(s3, "*", kind)
    s3.proxy.cut_after = 1_500
    with (
        s3.proxy.set("cut"),
        pytest.raises(Exception, match=r"(?i)connection|closed|reset") as caught,
    ):
        read(made, request(tmp_path))
    assert not isinstance(caught.value, DataError)


def test_wrong_password_is_no_missing_file(tmp_path: Path, http_server: HttpServer) -> None:
    """A store that denies access is told from one without the file, and is asked once."""
    body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    denied = Answer(body, 403, {"Content-Type": "application/xml"})
    http_server.route("/bucket", denied)
    storage = {"endpoint_url": http_server.url, "key": "k", "secret": "geheim"}
    with pytest.raises(PermissionError) as caught:
        read(source("s3://bucket/*.csv", storage=storage), request(tmp_path))

    assert len(http_server.requests) == 1
    assert "geheim" not in str(caught.value)
