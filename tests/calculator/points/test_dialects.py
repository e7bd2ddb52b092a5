"""CSV as spreadsheets write it: other marks between columns, a comma before decimals. Python's own
csv and float are what its numbers are held to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hodiff.calculator.points import engines
from tests.calculator.points.test_engines import in_turn

Rows = list[list[str]]
EXCEL = (
    "\ufeffNr;Länge [m]; Zeit;Ort\r\n"
    '001;0,500; 1,42 ;"Köln; ""Dom"""\r\n'
    "002;1.250,5;2,24;Ulm\r\n"
    "003;-1,0E-3;2;Bonn\r\n"
    ";;;\r\n"
)
ASKED = ("value", "L/T", "--map", "L=Länge [m],T=Zeit")


def read(text: str, mark: str) -> Rows:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=mark))


def number(text: str) -> float:
    return float(text.replace(",", "."))


def held(found: Rows, given: Rows) -> None:
    """Rows of the file above with what Python has for L/T: the second has no number there."""
    assert [row[:-1] for row in found] == given
    assert found[0][-1] == "f" and found[2][-1] == "" == found[4][-1]
    for row in (found[1], found[3]):
        assert "." not in row[-1]
        assert number(row[-1]) == pytest.approx(number(row[1]) / number(row[2]), rel=1e-15)


def test_a_spreadsheet_with_decimal_commas(folder: Path, hodiff: Any) -> None:
    """What isn't used comes back as it was; a point is a mark between digits then, and no decimal
    one; a column is found without the spaces around its name."""
    Path("in.csv").write_bytes(EXCEL.encode())
    ran = hodiff(*ASKED, "--points", "in.csv", "--decimal-comma", "--errors", "why.csv")
    held(read(ran.out, ";"), read(EXCEL, ";"))
    why = "'1.250,5' is no number: a number has no mark but one ',' before its decimals"
    assert ran.code == 1 and f"row 2: column 'Länge [m]': {why}" in ran.err
    errors = read(Path("why.csv").read_text(), ";")
    assert errors[0] == ["row", "kind", "reason", "place"] and errors[1][:2] == ["2", "number"]
    piped = hodiff(*ASKED, "--points", "-", "--decimal-comma", stdin=EXCEL.encode())
    assert (piped.out, piped.code) == (ran.out, 1)
    shown = hodiff(*ASKED, "--points", "in.csv", "--decimal-comma", "--head", "3").out
    assert " 0,500 " in shown and " -0,0005 " in shown


def test_decimal_commas_into_other_formats(folder: Path, hodiff: Any, answer: Any) -> None:
    """Numbers are numbers there, columns that aren't used too; 001 stays text, and 1.250 is none
    that is 1250 or 1.25."""
    Path("in.csv").write_text("id;x;y;z;n\n001;1,5;2,25;1.250;7\n002;,5;1e3;1,5;8\n")
    asked = ("value", "2*x", "--points", "in.csv", "--decimal-comma")
    answer(*asked, "--out", "out.parquet")
    whole = [("001", 1.5, 2.25, "1.250", 7, 3), ("002", 0.5, 1000, "1,5", 8, 1)]
    assert pl.read_parquet("out.parquet").rows() == whole
    answer(*asked, "--out", "out.tsv")
    assert read(Path("out.tsv").read_text(), "\t")[1] == ["001", "1,5", "2,25", "1.250", "7", "3,0"]
    again = answer("value", "x", "--points", "out.tsv", "--decimal-comma", "--keep", "none")
    assert again == "f\n1,5\n0,5\n"
    back = answer("value", "x", "--points", "out.parquet", "--decimal-comma", "--keep", "y,z")
    assert back == "y;z;f\n2,25;1.250;1,5\n1000,0;1,5;0,5\n"
    pl.DataFrame({"x": ["1,5", "2"]}).write_parquet("text.parquet")
    assert answer("value", "x", "--points", "text.parquet", "--decimal-comma").endswith("\n2;2,0\n")


def test_whole_numbers_that_are_no_doubles(folder: Path, answer: Any) -> None:
    """2**53 + 1 is exact with a comma, too."""
    text = b"x\n9007199254740993,0\n9007199254740992,0\n"
    out = answer("value", "x - 2**53", "--points", "-", "--decimal-comma", stdin=text)
    assert out == "x;f\n9007199254740993,0;1,0\n9007199254740992,0;0,0\n"


@pytest.mark.parametrize("mark", [";", "|", " ", ":", "\t", "\\t"])
def test_any_mark_between_columns(folder: Path, answer: Any, mark: str) -> None:
    """Of what is read and written, names and text with the mark in them too."""
    own = mark.replace("\\t", "\t")
    rows = [["x", f"a{own}b", "n"], ["1.5", f"c{own}d", ""], ["2", "e,f", 'g"h']]
    with open("in.csv", "w", newline="") as file:
        csv.writer(file, delimiter=own).writerows(rows)
    answer("value", "2*x", "--points", "in.csv", "--separator", mark, "--out", "out.csv")
    with open("out.csv", newline="") as file:
        found = list(csv.reader(file, delimiter=own))
    assert found == [[*row, f] for row, f in zip(rows, ["f", "3.0", "4.0"], strict=True)]
    grid = answer("value", "x", "--grid", "x=0:1:2,y=0:1:1", "--separator", mark)
    assert grid.splitlines()[2] == own.join(["1.0", "0.0", "1.0"])
    head = answer("value", "2*x", "--points", "in.csv", "--separator", mark, "--head", "1",
                  "--format", "csv")  # fmt: skip
    assert list(csv.reader(io.StringIO(head), delimiter=own)) == found[:2]


@pytest.mark.parametrize("mark", ["", ";;", "0", "a", ".", "-", "+", '"', "\n", "§"])
def test_marks_that_part_nothing(folder: Path, refused: Any, mark: str) -> None:
    Path("in.csv").write_text("x\n1\n")
    asked = ("value", "x", "--points", "in.csv", "--separator", mark)
    assert "--separator is one mark that no number has" in refused(*asked)


@pytest.mark.parametrize(
    ("name", "text", "options", "said"),
    [
        ("a.csv", "x;y\n1;2\n", [], "by ';'? --separator ';' reads that, --decimal-comma with"),
        ("a.csv", "x|y\n1|2\n", [], "by '|'? --separator '|' reads that"),
        ("a.csv", "x,y\n1,2\n", ["--decimal-comma"], "by ','? --separator , reads that"),
        ("a.tsv", "x,y\n1,2\n", [], "by ','? --in-format csv reads that"),
        ("a.tsv", "x;y\n1;2\n", [], "by ';'? --in-format csv --separator ';' reads that"),
        ("a.csv", "x;y\n1;2;3\n", ["--separator", ";"], "row 1: it has 3 fields, and there are 2"),
        ("a.csv", "x;x\n1;2\n", ["--separator", ";"], "several columns 'x'"),
        ("a.csv", "x;y\n1;2\n", ["--separator", ",", "--decimal-comma"], "take another --sep"),
    ],
)
def test_what_is_said_of_other_marks(
    folder: Path, refused: Any, name: str, text: str, options: list[str], said: str
) -> None:
    Path(name).write_text(text)
    assert said in refused("value", "x", "--points", name, *options)


def test_a_comma_that_may_stand_before_decimals(folder: Path, hodiff: Any) -> None:
    text = b"x;y\n1,5;2\n"
    ran = hodiff("value", "x", "--points", "-", "--separator", ";", stdin=text)
    assert ran.code == 1 and "before its decimals; --decimal-comma takes ',' there" in ran.err


def parts(folder: str, mark: str) -> Iterable[list[str]]:
    for path in sorted(Path(folder).iterdir()):
        with open(path, newline="", encoding="utf-8") as file:
            yield from list(csv.reader(file, delimiter=mark))[1:]


@pytest.mark.parametrize("out", ["csv", "parquet"])
def test_in_pieces(hodiff: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, out: str) -> None:
    """Of workers, and of a folder of parts that is resumed."""
    monkeypatch.setattr(engines, "BYTES", 5000)
    monkeypatch.setitem(engines.ENGINES, "dask", in_turn)
    monkeypatch.setitem(engines.PACKAGES, "dask", ())
    Path("in").mkdir()
    given = [[f"{k},{k % 10}", f'a; "{k}"\n' if k % 9 == 0 else "b"] for k in range(1500)]
    given[700][0] = "7.5"
    with open("in/a.csv", "w", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["x", "text"], *given])
    Path("in/b.csv").write_text("x;text\n1,5;b\n")
    asked = ("value", "x", "--points", "in", "--decimal-comma", "--out-format", out)
    one = hodiff(*asked, "--out", "one/", "--errors", "one.csv")
    many = hodiff(*asked, "--out", "many/", "--errors", "many.csv", "--engine", "dask")
    assert one == many and "row 701: column 'x': '7.5' is no number" in one.err
    assert Path("one.csv").read_text() == Path("many.csv").read_text()
    assert len(list(Path("many").iterdir())) > 3
    for place in ("one", "many"):
        if out == "parquet":
            found = pl.concat(map(pl.read_parquet, sorted(Path(place).iterdir())))
            texts = [[*row[1:]] for row in found.rows()]
            values = found["f"].to_list()
        else:
            rows = list(parts(place, ";"))
            texts = [row[1:] for row in rows]
            values = [number(row[-1]) if row[-1] else None for row in rows]
        assert [row[0] for row in texts] == [row[1] for row in [*given, ["", "b"]]]
        doubles = [float(Fraction(x.replace(",", "."))) for x, _ in [*given, ["1,5", ""]]]
        assert values == [*doubles[:700], None, *doubles[701:]]
    Path("one/b." + out).unlink()
    before = {path: path.read_bytes() for path in Path("one").iterdir()}
    assert hodiff(*asked, "--out", "one/", "--resume").code == 0
    assert before.items() < {path: path.read_bytes() for path in Path("one").iterdir()}.items()
