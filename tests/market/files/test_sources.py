"""Which files are meant, and what their bytes are."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile

import pyarrow as pa
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import sources
from bitstockerz_lab.market.files.opening import unpack

TEXT = b"date,open,high,low,close,volume\n2020-01-02,1,2,1,1,5\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("AAPL.csv", ("AAPL", None)),
        ("aapl_1d.csv", ("AAPL", "1d")),
        ("BTC-USD_1h.csv.gz", ("BTC-USD", "1h")),
        ("BTCUSDT-1h-2024-01.zip/BTCUSDT-1h-2024-01.csv", ("BTCUSDT", "1h")),
        ("BRK.B daily.parquet", ("BRK.B", "1d")),
        ("coinbase_export_1h.csv", (None, "1h")),
        ("my file.csv", (None, None)),
    ],
)
def test_a_files_name_says_a_symbol_and_a_timeframe_or_not(name, said):
    assert sources.of_name(name) == said


@pytest.fixture
def folder(tmp_path):
    for name in (
        "B_1d.csv",
        "A_1d.csv.gz",
        "A_factors.csv",
        "notes.md",
        ".hidden.csv",
        "C.parquet",
    ):
        (tmp_path / name).write_bytes(TEXT)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "D.csv").write_bytes(TEXT)
    return tmp_path


def names(found):
    return [source.name for source in found]


def test_a_folder_gives_its_own_files_and_says_what_it_left_out(folder):
    found, notes = sources.find(folder, ("csv",))
    assert names(found) == ["A_1d.csv.gz", "B_1d.csv"]
    assert notes == [
        "Left out A_factors.csv: price factors, which load_factors loads.",
        "Left out C.parquet, notes.md: not named like a file of bars.",
    ]


def test_a_pattern_and_a_list_give_their_files_in_order(folder):
    assert names(sources.find(folder / "*_1d*", ())[0]) == ["A_1d.csv.gz", "B_1d.csv"]
    assert names(sources.find(str(folder / "**/*.csv"), ())[0]) == ["B_1d.csv", "D.csv"]
    both = [folder / "B_1d.csv", folder / "inside"]
    assert names(sources.find(both, ("csv",))[0]) == ["B_1d.csv", "D.csv"]


def test_an_archives_members_are_files(folder):
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name in ("A.csv", "sub/B.csv", "readme.md", "__MACOSX/A.csv"):
            archive.writestr(name, TEXT)
    found, notes = sources.find(folder / "all.zip", ("csv",))
    assert names(found) == ["all.zip/A.csv", "all.zip/sub/B.csv"]
    assert "readme.md" in notes[0]
    assert unpack(found[1]).content == TEXT


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none*.csv", r"No file is named like .*none\*\.csv"),
        ("empty", r"The folder .*empty has no file to load"),
        ([], "The list of files is empty"),
        ("bad.zip", "bad.zip cannot be unpacked"),
        ("none.zip", "none.zip has no file to load in it"),
    ],
)
def test_where_nothing_is_meant_is_one_clear_error(tmp_path, path, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04nothing")
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("readme.md", TEXT)
    with pytest.raises(DataError, match=message):
        sources.find(path if isinstance(path, list) else tmp_path / path, ("csv",))


def zstd(text):
    return pa.compress(text, codec="zstd", asbytes=True)


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zstd], ids=["gz", "bz2", "xz", "zst"]
)
def test_a_packed_file_is_unpacked_whatever_its_name(tmp_path, pack):
    path = tmp_path / "file.csv"
    path.write_bytes(TEXT)
    plain = unpack(path)
    digest = plain.digest()
    path.write_bytes(pack(TEXT))
    packed = unpack(path)
    assert packed.content == TEXT
    assert packed.kind == plain.kind == "csv"
    assert packed.digest() == digest


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(TEXT)[:-12], "file.csv cannot be unpacked: .*Get the file again"),
        (b"\xfd7zXZ\x00broken", "file.csv cannot be unpacked"),
        (b"\xff\xfea", "file.csv cannot be read as UTF-16 text"),
        (b"\xd0\xcf\x11\xe0 sheet", "file.csv is a workbook. Save its sheet as CSV"),
        (b"", "file.csv is empty"),
    ],
    ids=["gzip", "xz", "utf-16", "workbook", "empty"],
)
def test_a_damaged_file_is_one_clear_error(tmp_path, content, message):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        unpack(path)


def test_a_workbook_is_told_from_an_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "bars.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "")
    (source,), _ = sources.find(tmp_path / "bars.xlsx", ())
    with pytest.raises(DataError, match=r"bars.xlsx is a workbook"):
        unpack(source)


def test_utf_16_is_read_as_text(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(TEXT.decode().encode("utf-16"))
    assert unpack(path).content == TEXT
