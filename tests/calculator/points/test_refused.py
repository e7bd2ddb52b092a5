"""Files that aren't as they should be: a message with the place, exit code 2, nothing written."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hodiff.calculator.points import grid

packed = partial(gzip.compress, mtime=0)  # the same whenever it is made
PARQUET = io.BytesIO()
pl.DataFrame({"x": [1 / 7]}).write_parquet(PARQUET)
ZIPPED = io.BytesIO()
with zipfile.ZipFile(ZIPPED, "w") as archive:
    archive.writestr("xl/workbook.xml", "<workbook/>")

BAD: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("a.csv", b"", ("a.csv is empty",)),
    ("a.csv", b"\n", ("a.csv", "no header")),
    ("a.csv", b"\n\nx,y\n1,2\n", ("a.csv, line 1: it is empty",)),
    ("a.csv", b"x,y\n1,2\n1,2,3\n", ("a.csv, row 2: it has 3 fields", "2 columns", "'3'")),
    ("a.tsv", b"x\ty\n1\t2\t3\n", ("a.tsv, row 1: it has 3 fields",)),
    ("a.csv", b"x,x\n1,2\n", ("a.csv has several columns 'x'",)),
    ("a.csv", b"x,n\xe4me\n1,2\n", ("a.csv, line 1: the header is not UTF-8, byte 0xe4",)),
    ("a.csv", b"x,n\n1,2\n1,\xe4\n", ("a.csv, row 2, column 'n': it is not UTF-8",)),
    ("a.csv", b"n,x\n1,2\n1,\xe4\n", ("a.csv, row 2, column 'x': it is not UTF-8",)),
    ("a.csv", "x,y\n1,2\n".encode("utf-16"), ("a.csv is UTF-16", "iconv -f UTF-16 -t UTF-8")),
    ("a.ndjson", '{"x": 1}\n'.encode("utf-16"), ("a.ndjson is UTF-16", "iconv -f UTF-16")),
    ("a.csv", "x,y\n1,2\n".encode("utf-32"), ("a.csv is UTF-32", "iconv -f UTF-32")),
    ("a.csv", "x,y\n1,2\n".encode("utf-16-le"), ("has NUL bytes: is it UTF-16?", "iconv -f")),
    ("a.csv", b"\0" * 99, ("the header of a.csv has NUL bytes",)),
    ("a.csv", ZIPPED.getvalue(), ("a.csv is a zip archive, as .xlsx is, too", "as CSV")),
    ("a.csv", bytes.fromhex("d0cf11e0a1b11ae1") * 9, ("a.csv is an old Excel file", "as CSV")),
    ("a.xlsx", ZIPPED.getvalue(), ("'a.xlsx' can't be read: save the table as CSV",)),
    ("a.csv.bz2", b"BZh9", ("'a.csv.bz2' can't be read: unpack it",)),
    ("a.csv", b"<!DOCTYPE html>\n404, not found\n", ("a.csv is HTML, not csv",)),
    ("a.csv", b'[{"x": 1, "y": 2}]\n', ("a.csv begins as JSON does", "--in-format ndjson")),
    ("a.csv", b'{"x": 1}\n{"x": 2, "y": 3}\n', ("a.csv begins as JSON does", "ndjson")),
    ("a.ndjson", b'[{"x": 1}, {"x": 2}]\n', ("a.ndjson is one list", "jq -c '.[]'")),
    ("a.ndjson", b'[\n{"x": 1},\n{"x": 2}\n]\n', ("a.ndjson is one list", "jq -c '.[]'")),
    ("a.ndjson", b'{\n"x": 1\n}\n', ("a.ndjson has JSON over several lines", "jq -c .")),
    ("a.json", b'{"x": 1}\n', ("'a.json' can't be read", "--in-format ndjson")),
    ("a.ndjson", b"\n\n", ("a.ndjson is empty: it has no row",)),
    ("a.ndjson", b'{"x": 1, "x": 2}\n', ("a.ndjson has several columns 'x'",)),
    ("a.csv", b"x,y\n1,2\r3,4\n", ("a.csv, line 2: it has a CR within",)),
    ("a.csv", b'x,y\n1,2\n1,2"3\n', ("a.csv, line 3: its quotes are no pairs",)),
    ("a.csv", b'x,y\n1,2\n1,"2\n3,4\n', ("a.csv, line 3: unexpected end", "quote not closed?")),
    ("a.csv", b"sep=;\nx;y\n1;2\n", ("line 1 is a note for Excel: remove it", "--separator ';'")),
    ("a.csv", b"measured 2026\nx,y\n1,2\n", ("line 1 has to be the header, and is 'measured",)),
    ("a.csv", b"   \n1\n", ("it has '   '; line 1 has to be the header",)),
    ("a.csv", "\N{ZERO WIDTH SPACE}x,y\n1,2\n".encode(), (r"it has '\u200bx', y",)),
    ("a.parquet", PARQUET.getvalue()[:-9], ("a.parquet is cut short",)),
    ("a.parquet", b"PAR1", ("a.parquet is cut short",)),
    ("a.arrow", b"ARROW1", ("a.arrow is cut short",)),
    ("a.arrow", b"\xff\xff\xff\xff\0\0\0\0", ("a.arrow is a stream of Arrow", "as a file")),
    ("a.csv", b"x;y\n1;2\n", ("a.csv has no column 'x'", "are columns apart by ';'?")),
    ("a.csv", b"xx,y\n1,2\n", ("a.csv has no column 'x'", "--map x=COLUMN", "--let x=2")),
    ("a.ndjson", b"", ("a.ndjson is empty",)),
    ("a.ndjson", b'{"x": 1}\n{"x": 2\n', ("a.ndjson, row 2, character",)),
    ("a.ndjson", b'{"x": 1}\n[1]\n', ("a.ndjson, row 2: it is no object",)),
    ("a.ndjson", b'{"x": 1}\n{"x": "\xe4"}\n', ("a.ndjson, row 2: it is not UTF-8",)),
    ("a.parquet", b"", ("a.parquet is empty",)),
    ("a.parquet", b"x,y\n1,2\n", ("a.parquet can't be read as parquet: it doesn't begin as",)),
    ("a.arrow", b"x,y\n1,2\n" * 9, ("a.arrow can't be read as ipc: it doesn't begin",)),
    ("a.csv", b"x,y\r1,2\r3,4\r", ("the lines of a.csv end in CR alone",)),
    ("a.csv", b"x;y\n1,5;2\n", ("a.csv, row 1", "1 column;", "are columns apart by ';'? --sep")),
    ("a.csv", b"x y\n1 2\n", ("are columns apart by ' '? --separator ' ' reads that",)),
    ("a.csv", b"1,2\n3,4\n", ("its first line is numbers, '1,2': put one with names above it",)),
    ("a.csv", b"x\ty\n1\t2\n", ("are columns apart by '\\t'? --in-format tsv",)),
    ("a.csv", b"x^2,x\n1,2\n", ("a.csv begins with x^", "in quotes")),
    ("a.csv", PARQUET.getvalue(), ("a.csv is parquet, not csv: --in-format parquet",)),
    ("a.csv.gz", packed(b"x,y\n1,2\n1,2,3\n"), ("a.csv.gz, row 2: it has 3 fields",)),
    ("a.csv.gz", packed(b"x,n\n1,\xe4\n"), ("row 1, column 'n': it is not UTF-8",)),
    ("a.csv.gz", packed(b"x\n1\n")[:-9], ("a.csv.gz is packed, and cut short",)),
    ("a.parquet.gz", packed(b"PAR1"), ("parquet is packed in itself: unpack it",)),
    ("a.ndjson", b'\xef\xbb\xbf{"x": 1}\n', ("a.ndjson begins with a byte order mark",)),
    ("a.ndjson", b'{"x": 1}\n{"x": NaN}\n', ("a.ndjson, row 2: JSON has no NaN: write null",)),
    ("a.ndjson", b'{"x": 1e400}\n', ("a.ndjson, row 1: 1e400 passes the largest double",)),
    ("a.dat", b"x\n1\n", ("the format of 'a.dat' can't be told by its name", "--in-format csv")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "said"), BAD)
def test_files(
    folder: Path, refused: Any, name: str, content: bytes, said: tuple[str, ...]
) -> None:
    Path(name).write_bytes(content)
    Path("out.csv").write_text("old")
    message = refused("value", "2*x", "--points", name, "--out", "out.csv")
    assert all(part in message for part in said), message
    assert Path("out.csv").read_text() == "old"
    assert sorted(os.listdir()) == sorted([name, "out.csv"])


def test_a_vector_without_names_where_columns_come_in_another_order(
    folder: Path, refused: Any, rows: Any
) -> None:
    """x is 3 and y is 2; the slopes of y*x**2 in them are 12 and 9."""
    Path("in.csv").write_text("x,y\n3,2\n")
    asked = ("jvp", "y*x**2", "--points", "in.csv", "--v")
    assert "the variables are y, x in EXPR but x, y in in.csv" in refused(*asked, "1,10")
    for axes in ("x=3:3:1", "y=2:2:1"), ("y=2:2:1", "x=3:3:1"):
        onto = ("nth", "y*x**2", "--order", "1", "--grid", ",".join(axes), "--along", "1,10")
        if axes[0][0] == "y":
            assert rows(*onto)[0]["df_dt"] == "129.0"
        else:
            assert "but x, y in --grid" in refused(*onto)
    for told, wanted in (("y=1,x=10", 129), ("x=1,y=10", 102)):
        assert float(rows(*asked, told)[0]["jvp_f"]) == wanted
    assert float(rows(*asked, "1,10", "--wrt", "x,y")[0]["jvp_f"]) == 102
    assert rows("vjp", "y*x**2", "--points", "in.csv", "--v", "2")[0]["vjp_x"] == "24.0"


@pytest.mark.parametrize("form", ["parquet", "ipc", "csv.gz", "csv.zst"])
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_files_that_were_cut(folder: Path, hodiff: Any, form: str, part: float) -> None:
    """Never a part of the rows as if it were all."""
    frame = pl.DataFrame({"x": [k / 7 for k in range(20_000)]})
    if form in ("parquet", "ipc"):
        getattr(frame, f"write_{form}")("whole")
    else:
        frame.write_csv("whole", compression={"gz": "gzip", "zst": "zstd"}[form[4:]],
                        check_extension=False)  # fmt: skip
    content = Path("whole").read_bytes()
    Path(f"in.{form}").write_bytes(content[: int(part * len(content))])
    ran = hodiff("value", "2*x", "--points", f"in.{form}", "--out", "out.csv")
    assert ran.code == 2 and f"in.{form}" in ran.err and "bug" not in ran.err, ran
    assert not Path("out.csv").exists()


def test_too_few_fields_are_missing_values(rows: Any) -> None:
    found = rows("value", "x + y", "--points", "-", stdin=b"x,y,z\n1,2\n3\n4,5,6\n")
    assert [row["f"] for row in found] == ["3.0", "", "9.0"]


def test_marks_of_windows(folder: Path, answer: Any) -> None:
    Path("in.csv").write_bytes(b"\xef\xbb\xbfx,n\r\n1,a\r\n2,b\r\n")
    assert answer("value", "2*x", "--points", "in.csv") == "x,n,f\n1,a,2.0\n2,b,4.0\n"


@pytest.mark.parametrize("column", [[[1]], [{"a": 1}], ["2024-01-01"], [b"1"]])
def test_columns_that_are_no_numbers(folder: Path, refused: Any, column: Any) -> None:
    frame = pl.DataFrame({"x": column})
    if column == ["2024-01-01"]:
        frame = frame.select(pl.col("x").str.to_date())
    frame.write_parquet("in.parquet")
    message = refused("value", "2*x", "--points", "in.parquet", "--out", "out.csv")
    assert "in.parquet, column 'x': it has " in message and "not numbers" in message
    assert os.listdir() == ["in.parquet"]


def test_what_csv_can_not_hold(folder: Path, refused: Any, answer: Any) -> None:
    pl.DataFrame({"x": [1.0], "l": [[1, 2]]}).write_parquet("in.parquet")
    message = refused("value", "2*x", "--points", "in.parquet")
    assert "in.parquet, column 'l': it has List(Int64), which CSV can't hold" in message
    assert answer("value", "2*x", "--points", "in.parquet", "--keep", "x") == "x,f\n1.0,2.0\n"


def test_what_text_can_not_hold(folder: Path, refused: Any, answer: Any) -> None:
    frame = pl.DataFrame({"x": [1.0], "b": [b"1"], "d": [1]}).with_columns(
        pl.col("d").cast(pl.Duration)
    )
    frame.write_parquet("in.parquet")
    asked = ("value", "x", "--points", "in.parquet", "--keep")
    for form in ("csv", "ndjson"):
        message = refused(*asked, "b", "--out", f"out.{form}")
        assert "column 'b': it has Binary, which" in message
    assert "column 'd': it has Duration" in refused(*asked, "d")
    assert answer(*asked, "d", "--out-format", "ndjson") == '{"d":"PT0.000001S","f":1.0}\n'


def test_the_first_rows_of_columns_that_csv_can_not_hold(folder: Path, answer: Any) -> None:
    pl.DataFrame({"x": [1.0], "l": [[1, 2]], "b": [b"1"]}).write_parquet("in.parquet")
    shown = answer("value", "x", "--points", "in.parquet", "--head", "1")
    assert "[1, 2]" in shown and "b'1'" in shown
    Path("in.csv").write_text("x,n,id\n0.500,7,007\n")
    asked = ("value", "x", "--points", "in.csv")
    assert answer(*asked, "--head", "1", "--format", "json") == answer(*asked, "--format", "json")
    assert "0.500" in answer(*asked, "--head", "1")


def test_rows_of_differing_keys_and_types(folder: Path, hodiff: Any) -> None:
    """Also where the first that differs comes late."""
    lines = ['{"x": 1, "y": "a"}', '{"y": "b", "x": 2, "z": [1]}', '{"y": 1}', '{"x": null}']
    lines += ['{"x": 3}'] * 11_000 + ['{"x": 1.5, "new": true}']
    Path("in.ndjson").write_text("\n".join(lines))
    ran = hodiff("value", "2*x", "--points", "in.ndjson", "--out", "out.parquet")
    assert (ran.code, ran.err) == (0, "")
    out = pl.read_parquet("out.parquet")
    assert out["f"].to_list() == [2, 4, None, None, *[6.0] * 11_000, 3]
    assert out["new"].to_list()[-2:] == [None, True]
    Path("in.ndjson").write_text('{"x": 1}\n{"x": "abc"}\n')
    ran = hodiff("value", "2*x", "--points", "in.ndjson", "--format", "json")
    assert ran.code == 1 and "row 2: column 'x': 'abc' is no number" in ran.err


def test_ten_thousand_columns(folder: Path, answer: Any) -> None:
    names = ",".join(["x", *(f"c{k}" for k in range(10_000))])
    Path("in.csv").write_text(f"{names}\n{'2,' * 10_000}2\n")
    header, row = answer("value", "2*x", "--points", "in.csv").splitlines()
    assert header == f"{names},f" and row == "2," * 10_001 + "4.0"
    assert answer("value", "x*c9999", "--points", "in.csv", "--keep", "none") == "f\n4.0\n"
    answer("value", "2*x", "--points", "in.csv", "--out", "out.parquet")
    assert pl.read_parquet("out.parquet").rows() == [(2,) * 10_001 + (4.0,)]


def test_places_that_can_not_be_written(folder: Path, refused: Any) -> None:
    Path("in.csv").write_text("x\n0\n")
    asked = ("value", "1/x", "--points", "in.csv")
    assert "'no/out.csv' can't be written" in refused(*asked, "--out", "no/out.csv")
    assert "'in.csv/o.csv' can't be written" in refused(*asked, "--out", "in.csv/o.csv")
    message = refused(*asked, "--out", "out.csv", "--errors", "./out.csv")
    assert "--errors and --out are one file" in message
    message = refused(*asked, "--errors", "in.csv")
    assert "--errors and --points are one file" in message
    assert "format of 'why' can't be told" in refused(*asked, "--errors", "why")
    assert "parquet is no stream" in refused(*asked, "--out-format", "parquet")
    assert "no such file" in refused("value", "x", "--points", "nowhere.csv")
    assert "no file fits '*.tsv'" in refused("value", "x", "--points", "*.tsv")
    os.mkdir("none")
    assert "the folder 'none' has no files" in refused("value", "x", "--points", "none")
    assert "neither a file nor a pipe" in refused("value", "x", "--points", "/dev/null")
    assert sorted(os.listdir()) == ["in.csv", "none"]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_folder_that_is_removed_meanwhile(
    folder: Path, refused: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As the first rows are there: the place for the file is gone before it is opened, or after."""
    numbers = grid._numbers

    def removing(*given: Any) -> Any:
        shutil.rmtree("there", ignore_errors=True)
        return numbers(*given)

    monkeypatch.setattr(grid, "_numbers", removing)
    os.mkdir("there")
    message = refused("value", "x", "--grid", "x=0:1:5", "--out", f"there/{name}")
    assert f"'there/{name}' can't be written: its folder was removed meanwhile" in message
    os.mkdir("there")
    asked = ("value", "1/x", "--grid", "x=0:1:5", "--out", "out.csv", "--errors", f"there/{name}")
    assert f"'there/{name}' can't be written: its folder was removed" in refused(*asked)


def test_names_that_promise_what_is_not_done(folder: Path, refused: Any) -> None:
    Path("in.csv").write_text("x\n1\n")
    asked = ("value", "x", "--points", "in.csv")
    assert "name it without .gz" in refused(*asked, "--out", "o.parquet.gz")
    assert "name it .gz or .zst" in refused(*asked, "--out", "o.csv.zlib")
    assert "name it .gz or .zst" in refused(*asked, "--errors", "o.csv.zlib")
    assert "is not UTF-8: give the file another" in refused(*asked, "--out", "o\udcff.csv")
    assert os.listdir() == ["in.csv"]


def test_grids_that_are_none(folder: Path, refused: Any, rows: Any) -> None:
    os.mkdir("there")
    for ends, said in (
        ("a:1:2", "'a' is no number"),
        ("0:1:0.25", "not '0.25': in steps of 0.25 write x=0:1:5"),
        ("0:1:0.3", "whole number from 1 to 1000000000000, not '0.3'"),
        ("0:1", "in 101 points, not 'x=0:1': write x=0:1:101"),
        ("0:1:²", "whole number from 1 to 1000000000000, not '²'"),
        ("0:1:2.5", "not '2.5'"),
    ):
        assert said in refused("value", "x", "--grid", f"x={ends}")
    asked = ("value", "x", "--grid", "x=0:1:2", "--out-format", "csv")
    for out in ("there", "there/", "new/"):
        assert "--grid gives one file" in refused(*asked, "--out", out)
    assert "--resume is for a folder" in refused(*asked, "--resume")
    assert (os.listdir(), os.listdir("there")) == (["there"], [])
    far = rows("value", "x", "--grid", "x=-1.5e308:1.5e308:3")
    assert [row["f"] for row in far] == ["-1.5e+308", "0.0", "1.5e+308"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads all")
def test_a_file_that_may_not_be_read(folder: Path, refused: Any) -> None:
    Path("in.csv").write_text("x\n0\n")
    os.chmod("in.csv", 0)
    assert "in.csv can't be read" in refused("value", "x", "--points", "in.csv")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads all")
def test_folders_that_may_not_be_read(folder: Path, refused: Any) -> None:
    """Their rows aren't left out as if they weren't there."""
    os.makedirs("parts/deep")
    Path("parts/1.csv").write_text("x\n0\n")
    os.chmod("parts/deep", 0)
    assert "can't read the folder 'parts/deep'" in refused("value", "x", "--points", "parts")
    message = refused("value", "x", "--points", "parts/deep/1.csv")
    assert "can't read 'parts/deep/1.csv': Permission denied" in message
    os.chmod("parts/deep", 0o755)


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_links_within_a_folder(folder: Path, refused: Any, answer: Any) -> None:
    """They are followed, in a circle once; one that leads nowhere isn't left out."""
    os.makedirs("parts")
    os.makedirs("elsewhere")
    Path("parts/1.csv").write_text("x\n1\n")
    Path("elsewhere/2.csv").write_text("x\n2\n")
    os.symlink("../elsewhere", "parts/deep")
    os.symlink("../parts", "elsewhere/back")
    assert answer("value", "x", "--points", "parts") == "x,f\n1,1.0\n2,2.0\n"
    os.symlink("gone.csv", "parts/3.csv")
    os.symlink("loop.csv", "loop.csv")
    assert "can't read 'loop.csv': Too many levels" in refused("value", "x", "--points", "loop.csv")
    for points in ("parts", "parts/*.csv", "parts/3.csv"):
        message = refused("value", "x", "--points", points)
        assert "can't read 'parts/3.csv': it is a link to 'gone.csv', which isn't there" in message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--at", "x=1"], "--at goes with one point"),
        (["--digits", "20"], "--digits goes with one point"),
        (["--exact"], "--exact goes with one point"),
        (["--format", "latex"], "rows have no --format latex"),
        (["--grid", "x=0:1:2"], "leave one out"),
        (["--proven", "--arithmetic", "float"], "leave one out"),
        (["--resume"], "--resume is for a folder"),
        (["--keep", ""], "in.csv has no column ''"),
        (["--keep", "x,x"], "--keep has 'x' twice"),
        (["--keep", "y"], "in.csv has no column 'y': it has x\n"),
        (["--errors", "-"], "--errors and --out are one file"),
        (["--head", "-1"], "--head"),
        (["--head", "x"], "--head"),
    ],
)
def test_options_that_do_not_go_with_files(
    folder: Path, refused: Any, options: list[str], said: str
) -> None:
    Path("in.csv").write_text("x\n1\n")
    assert said in refused("grad", "x**2", "--points", "in.csv", *options)


def test_expressions_that_do_not_go_with_files(folder: Path, refused: Any) -> None:
    Path("in.csv").write_text("x\n1\n")
    for text in ("-", "@exprs.txt"):
        assert "EXPR is one expression" in refused("grad", text, "--points", "in.csv")
    assert "unknown function 'sine'" in refused("grad", "sine(x)", "--points", "in.csv")
    assert "missing '*'" in refused("grad", "2x", "--points", "in.csv", "--strict")


# ------------------------------------------------------------------ several files


def test_a_pattern_and_a_folder(folder: Path, answer: Any, hodiff: Any, refused: Any) -> None:
    os.makedirs("parts/deep")
    Path("parts/1.csv").write_text("x,id\n1,a\n0,b\n")
    Path("parts/2.csv").write_text("x,id\n3,c\n")
    Path("parts/deep/3.csv").write_text("x,id\n0,d\n")
    Path("parts/.hidden").write_text("x")
    whole = "x,id,f\n1,a,2.0\n0,b,0.0\n3,c,6.0\n"
    assert answer("value", "2*x", "--points", "parts/*.csv") == whole
    assert answer("value", "2*x", "--points", "parts") == whole + "0,d,0.0\n"
    ran = hodiff("value", "1/x", "--points", "parts", "--out", "out/", "--errors", "why.csv")
    assert ran.code == 1 and "parts/1.csv, row 2: '1/x' is infinite" in ran.err
    assert Path("out/1.csv").read_text() == "x,id,f\n1,a,1.0\n0,b,\n"
    assert Path("out/deep/3.csv").read_text() == "x,id,f\n0,d,\n"
    why = pl.read_csv("why.csv")
    assert why.select("file", "row").rows() == [("parts/1.csv", 2), ("parts/deep/3.csv", 1)]
    Path("out/2.csv").unlink()
    Path("out/1.csv").write_text("as it was")
    answer("value", "2*x", "--points", "parts", "--out", "out/", "--resume")
    assert Path("out/1.csv").read_text() == "as it was"
    assert Path("out/2.csv").read_text() == "x,id,f\n3,c,6.0\n"
    message = refused("value", "2*x", "--points", "parts", "--out", "parts/")
    assert "would be written over" in message


def test_no_part_is_written_over_another_or_over_a_file_that_is_read(
    folder: Path, refused: Any, answer: Any
) -> None:
    os.makedirs("parts/sub")
    for name in ("a.csv", "sub/a.csv", "b.tsv"):
        Path("parts", name).write_text("x\n1\n")
    os.symlink("parts", "link")
    os.mkdir("out")
    asked = ("value", "2*x", "--points", "parts", "--keep", "none")
    before = {path: path.read_text() for path in Path("parts").rglob("*.?sv")}
    for out in ("link/", "parts/sub/../", "parts/sub/"):
        assert "would be written over" in refused(*asked, "--out", out), out
    assert "--errors and --points are one file" in refused(*asked, "--errors", "link/a.csv")
    assert "--errors and a part are one file" in refused(
        *asked, "--out", "out/", "--errors", "out/a.csv"
    )
    Path("parts/b.csv").write_text("x\n2\n")
    message = refused(*asked, "--out", "out/", "--out-format", "csv")
    assert "parts/b.csv and parts/b.tsv would both be 'out/b.csv'" in message
    assert before.items() <= {path: path.read_text() for path in Path("parts").rglob("*")
                              if path.is_file()}.items()  # fmt: skip
    assert not os.listdir("out")
    answer(*asked, "--out", "out/")
    assert sorted(os.listdir("out")) == ["a.csv", "b.csv", "b.tsv", "sub"]


def test_parts_of_a_folder_with_brackets(folder: Path, answer: Any) -> None:
    os.mkdir("run[1]")
    Path("run[1]/a[2].csv").write_text("x\n1\n")
    answer("value", "x", "--points", "run[1]", "--out", "out/")
    assert os.listdir("out") == ["a[2].csv"]


def test_files_that_differ(folder: Path, answer: Any, refused: Any) -> None:
    os.mkdir("parts")
    Path("parts/1.csv").write_text("x,y\n1,2\n")
    for text, said in (("y,x\n1,2\n", "in another order"), ("x,z\n1,2\n", "'"), ("x\n1\n", "'y'")):
        Path("parts/2.csv").write_text(text)
        message = refused("value", "2*x", "--points", "parts")
        assert "parts/2.csv has other columns than parts/1.csv" in message and said in message
    pl.DataFrame({"x": [2.0]}).write_parquet("parts/2.parquet")
    pl.DataFrame({"x": ["2"]}).write_parquet("parts/3.parquet")
    message = refused("value", "2*x", "--points", "parts/*.parquet", "--out", "o.csv")
    assert (
        "column 'x' of parts/3.parquet has String, and that of parts/2.parquet Float64" in message
    )
    Path("parts/3.parquet").unlink()
    assert "of several formats" in refused("value", "2*x", "--points", "parts")
    os.mkdir("out")
    answer("value", "2*x", "--points", "parts", "--out", "out", "--keep", "x")
    assert sorted(os.listdir("out")) == ["1.csv", "2.csv", "2.parquet"]
    assert pl.read_parquet("out/2.parquet").rows() == [(2.0, 4.0)]


def test_folders_of_hive(folder: Path, answer: Any) -> None:
    for year in (2023, 2024):
        os.makedirs(f"data/year={year}")
        pl.DataFrame({"x": [1.0]}).write_parquet(f"data/year={year}/part.parquet")
    out = answer("value", "x*year", "--points", "data", "--keep", "year")
    assert out == "year,f\n2023,2023.0\n2024,2024.0\n"


def test_into_the_file_that_is_read(folder: Path, answer: Any) -> None:
    for name in ("a.csv", "a.parquet"):
        frame = pl.DataFrame({"x": [1.0, 2.0]})
        frame.write_csv(name) if name == "a.csv" else frame.write_parquet(name)
        answer("value", "2*x", "--points", name, "--out", name)
    assert Path("a.csv").read_text() == "x,f\n1.0,2.0\n2.0,4.0\n"
    assert pl.read_parquet("a.parquet").rows() == [(1.0, 2.0), (2.0, 4.0)]


@pytest.mark.parametrize(
    ("content", "form", "said"),
    [
        (b"", "csv", "standard input is empty"),
        (b"x,y\n1\n3,4,5\n", "csv", "standard input, row 2: it has 3 fields"),
        (b'{"x": 1}\nzz\n', "ndjson", "standard input, row 2, character 1"),
        (b"x\n1\n", "parquet", "standard input can't be read as parquet"),
        (b"y\n1\n", "csv", "standard input has no column 'x'"),
    ],
)
def test_standard_input_is_called_so(
    folder: Path, refused: Any, content: bytes, form: str, said: str
) -> None:
    asked = ("value", "x", "--points", "-", "--in-format", form)
    for out in ([], ["--out", "out.csv"], ["--head", "1"]):
        if form == "csv" or not out:
            message = refused(*asked, *out, stdin=content)
            assert said in message and "/rows" not in message


def test_standard_input_gives_one_file(folder: Path, refused: Any) -> None:
    message = refused("value", "x", "--points", "-", "--out", "parts/", stdin=b"x\n1\n")
    assert "standard input gives one file, and 'parts/' is a folder" in message
    assert not os.listdir()
