"""plot: gaps and marks in the data and in the parsed picture, formats, files, and its bounds."""

import csv
import importlib.util
import io
import itertools
import json
import math
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import mpmath
import pytest

from hodiff import HodiffError, calculate
from tests import lengths

ROOT = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"


def plot(expression, over="x=-3:3", **options):
    return calculate("plot", expression, over=over, **options)


def marks(drawn, *kinds):
    return [(m["kind"], pytest.approx(m["at"], abs=1e-14)) for m in drawn["marks"]
            if not kinds or m["kind"] in kinds]  # fmt: skip


HALF = math.pi / 2
SHAPES = {
    # expression: (places where the curve is interrupted, marks that are no root or extremum)
    "tan(x)": ([-HALF, HALF], [("pole", -HALF), ("pole", HALF)]),
    "1/x": ([0], [("pole", 0)]),
    "abs(x)": ([], [("kink", 0)]),
    "floor(x)": ([-2, -1, 0, 1, 2], [("jump", n) for n in range(-2, 4)]),
    "sqrt(x)": ([], [("end", 0)]),
    "sin(1/x)": ([0], [("open", 0)]),
    "exp(-1/x**2)": ([0], [("hole", 0)]),
}
BREAKS = ("pole", "kink", "jump", "end", "open", "hole", "steep", "point")


@pytest.mark.parametrize("expression", SHAPES)
def test_gaps_and_marks(expression, tmp_path):
    """In the data, and in the picture."""
    gaps, expected = SHAPES[expression]
    drawing = importlib.util.find_spec("matplotlib") is not None
    out = {"out": tmp_path / "f.svg"} if drawing else {}
    (drawn,) = plot(expression, order=0, seconds=4, **out).curves
    assert marks(drawn, *BREAKS) == expected
    pieces = drawn["pieces"]
    between = [(a["x"][-1], b["x"][0]) for a, b in itertools.pairwise(pieces)]
    assert len(between) == len(gaps)
    for (left, right), gap in zip(between, gaps, strict=True):
        assert left <= gap <= right and right - left < 1e-12
    assert sum(len(piece["x"]) for piece in pieces) <= 3000
    begin, end = pieces[0]["x"][0], pieces[-1]["x"][-1]
    assert (begin, end) == (0 if expression == "sqrt(x)" else -3, 3)
    if drawing:
        check_picture(ET.parse(tmp_path / "f.svg").getroot(), gaps, expected)


def check_picture(root, gaps, expected):
    """A path in the SVG never goes across a gap; each mark has its own id."""
    ids = {g.get("id"): g for g in root.iter(f"{SVG}g") if g.get("id")}
    pieces = [g for name, g in ids.items() if name.startswith("f-piece-")]
    assert len(pieces) == len(gaps) + 1
    spans = []
    for g in pieces:
        (path,) = g.iter(f"{SVG}path")
        assert len(re.findall("M", path.get("d"))) == 1  # one line, without a jump of the pen
        x = [float(pair.split()[0]) for pair in re.findall(r"[ML] ([^ML]+)", path.get("d"))]
        spans.append((min(x), max(x)))
    assert all(a[1] <= b[0] + 1e-6 for a, b in itertools.pairwise(spans))
    for kind in {kind for kind, _ in expected}:
        n = [kind for kind, _ in expected].count(kind)
        own = [name for name in ids if name.startswith(f"f-{kind}-")]
        assert len(own) >= n


def test_roots_and_extrema_are_marked():
    f, slope = plot("x**3 - 3*x").curves
    assert marks(f) == [("root", -math.sqrt(3)), ("maximum", -1), ("root", 0), ("minimum", 1),
                        ("root", math.sqrt(3))]  # fmt: skip
    assert marks(slope) == [("root", -1), ("minimum", 0), ("root", 1)]
    assert [m["value"] for m in f["marks"]] == [0, 2, 0, -2, 0]
    assert (f["share"], slope["name"]) == (1, "df_dx")


def test_more_roots_than_can_be_marked():
    found = plot("sin(100*x)", order=0)
    assert found.curves[0]["marks"] == []
    assert "roots of f are not marked: there are 40 or more" in found.notes


def test_a_gap_in_a_derivative_without_a_value():
    (slope,) = plot("floor(x)", order=1).curves
    (f, inherited) = plot("floor(x)").curves
    assert marks(inherited) == [("hole", n) for n in range(-2, 3)]
    assert slope["pieces"] == inherited["pieces"] and len(f["pieces"]) == 6
    assert all(m["value"] is None for m in inherited["marks"])


def test_the_value_of_a_derivative_at_its_breaks():
    """The slope of abs at 0 is no number; of x*abs(x) it is 0, and its own slope is none."""
    f, slope, second = plot("x*abs(x)", order=[0, 1, 2], seconds=4).curves
    assert marks(f, *BREAKS) == [] and marks(slope, *BREAKS) == [("kink", 0)]
    assert slope["marks"][0]["value"] == 0
    (jump,) = [m for m in second["marks"] if m["kind"] == "jump"]
    assert (jump["left"], jump["right"], jump["value"]) == (-2, 2, None)
    assert marks(plot("sqrt(x**4)", order=1, seconds=4).curves[0], *BREAKS) == []


def test_bounds_are_given_where_they_are_asked_for():
    found = plot("exp(x)", order=0, proven=True)
    (drawn,) = found.curves
    assert drawn["share"] == 1 and 0 < drawn["height"] <= math.exp(3) / 400
    assert any("between two points it passes their heights by 0.05" in note for note in found.notes)
    for piece in drawn["pieces"]:
        steps = zip(piece["x"], piece["x"][1:], piece["lower"], piece["upper"], strict=False)
        for a, b, low, high in steps:
            assert low <= math.exp((a + b) / 2) <= high
    assert "lower" not in plot("exp(x)", order=0).curves[0]["pieces"][0]


def test_csv_has_columns_as_elsewhere_and_numbers_the_pieces():
    text = plot("1/x", order="0,1,2", over="x=-3:3").text("csv")
    header, *rows = list(csv.reader(io.StringIO(text)))
    assert header == ["x", "piece", "f", "df_dx", "d2f_dx2"]
    for x, piece, f, slope, second in rows:
        x = float(x)
        assert piece == ("0" if x < 0 else "1")
        assert float(f) == pytest.approx(1 / x, rel=1e-12)
        assert float(slope) == pytest.approx(-1 / x**2, rel=1e-12)
        assert float(second) == pytest.approx(2 / x**3, rel=1e-12)


def test_plain_has_a_blank_line_between_pieces():
    blocks = plot("floor(x)", over="x=0.5:2.5", order=0).text("plain").split("\n\n")
    assert [{line.split("\t")[1] for line in block.split("\n")} for block in blocks] == [
        {"0"}, {"1"}, {"2"}]  # fmt: skip


def test_ranges_and_constants_are_expressions():
    (drawn,) = plot("sin(a*x)", over="x=0:pi/2", let="a=4", order=0).curves
    assert marks(drawn, "root") == [("root", 0), ("root", math.pi / 4), ("root", HALF)]


@pytest.mark.parametrize(
    "expression, options, source, words",
    [
        ("x*y*z", {"over": "x=0:1,y=0:1,z=0:1"}, "--over", "--let"),
        ("x*a", {}, "EXPR", "a"),
        ("x", {"order": "0,x"}, "--order", "whole numbers"),
        ("x", {"order": "0,99"}, "--order", "up to 10"),
        ("x", {"order": ""}, "--order", "whole numbers"),
        ("x", {"out": "f.gif"}, "--out", ".png, .svg, .pdf or .html"),
        ("x", {"out": "f"}, "--out", ".png"),
        ("[x, x]", {}, "EXPR", "one number"),
        ("x", {"over": "x=1:1"}, "--over", "one point"),
    ],
)
def test_errors_say_where_and_what_mends(expression, options, source, words):
    with pytest.raises(HodiffError) as caught:
        plot(expression, **options)
    assert caught.value.source in (source, None) and words in caught.value.message
    assert caught.value.exit_code == 2


def test_nothing_to_draw_is_no_answer():
    found = plot("log(-1 - x**2)")
    assert found.answer.code == 1 and "nothing to draw" in found.answer.notes[-1]


@pytest.mark.parametrize("name", ["f.png", "f.svg", "f.pdf", "f.html"])
def test_files(tmp_path, name):
    pytest.importorskip("matplotlib")
    found = plot("x**2", order=0, out=str(tmp_path / name))
    content = (tmp_path / name).read_bytes()
    begin = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "html": b"<!DOCTYPE html>"}
    assert content.startswith(begin[name[2:]])
    assert os.listdir(tmp_path) == [name] and found.out == str(tmp_path / name)
    plot("x**2", order=0, out=str(tmp_path / name))
    assert name == "f.pdf" or (tmp_path / name).read_bytes() == content  # the same at every run
    if name == "f.svg":  # text that is searched and read aloud
        assert {"x**2", "minimum"} <= {x.text for x in ET.fromstring(content).iter(f"{SVG}text")}
    if name == "f.html":
        assert b"http://" not in re.sub(rb'(xmlns(:\w+)?|href)="http://www.w3.org/[^"]*"', b"",
                                        content.partition(b"<metadata>")[0])  # fmt: skip


def test_a_file_that_cant_be_written_is_an_error(tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(HodiffError, match="can't be written"):
        plot("x", out=tmp_path / "none" / "f.png")
    (tmp_path / "f.png").mkdir()
    with pytest.raises(HodiffError, match="can't be written"):
        plot("x", out=tmp_path / "f.png")
    assert os.listdir(tmp_path) == ["f.png"]


def test_pictures_without_their_libraries(monkeypatch, tmp_path):
    for name in ("plotext", "matplotlib"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(HodiffError, match=r"needs plotext: pip .*'plotext<6"):
        plot("x").text("table")
    with pytest.raises(HodiffError, match=r"needs matplotlib: pip .*'matplotlib>="):
        plot("x", out=tmp_path / "f.png")
    assert plot("x").curves


def test_the_terminal(monkeypatch):
    pytest.importorskip("plotext")
    for columns in (60, 80, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("LINES", "30")
        text = plot("tan(x)", order=0).text()
        assert "\x1b" not in text and max(map(len, text.split("\n"))) <= columns
        rows = [line for line in text.split("\n") if "┊" in line and "│" in line]
        assert len(rows) > 8 and all(row.count("┊") == 2 for row in rows)
        assert "● root   ┊ pole" in text and "f: poles at -1.5708, 1.5708" in text


def test_roots_that_are_undecided_are_told():
    """relu(x)*x**2 is 0, and least, all along the left half."""
    notes = plot("relu(x)*x**2", over="x=-2:2", order=0, seconds=60).notes
    for what in ("roots", "extrema"):
        told = f"not all {what} of f may be marked: it is undecided near [-2,"
        assert any(note.startswith(told) for note in notes)
    assert not any("undecided" in note for note in plot("abs(x)", order=0).notes)


@pytest.mark.parametrize("expression", ["where(x>0, sqrt(x), 0)", "where(x<0, sqrt(-x), 0)"])
def test_an_infinite_slope_to_one_side_is_marked(expression):
    (curve,) = plot(expression, order=0).curves
    assert marks(curve, "steep", "kink") == [("steep", 0)]


def test_what_is_told_is_short_and_apart():
    far = plot("sin(x)", over="x=1e15:1e15+10", order=0).notes
    (roots,) = [note for note in far if "root" in note]
    assert len(set(re.findall(r"10+\d+\.?\d*", roots))) == 3
    steep = plot("2**(1/x)", over="x=-1:1", order=0).notes
    assert len([note for note in steep if "not drawn" in note]) == 1
    flat = plot("sin(x)/x", over="x=-1:1", order=0).notes
    assert not any("it turns" in note for note in flat)  # it doesn't: it isn't proven


@pytest.mark.parametrize(
    ("expression", "over", "right"),
    [("sin(x)", "x=0:1e6", mpmath.sin), ("sin(x)", "x=1e15:1e15+9", mpmath.sin),
     ("cos(x)", "x=0:1e40", mpmath.cos), ("1/x + 1e9 - 1e9", "x=1:2", lambda x: 1 / x),
     ("(x**2 - 1)/(x - 1)", "x=0.99999:1.00001", lambda x: x + 1)],
)  # fmt: skip
def test_points_are_values(expression, over, right):
    """Far out, and where digits cancel: each to 12 digits."""
    with mpmath.workdps(80):
        for piece in plot(expression, over, order=0).curves[0]["pieces"]:
            for x, y in list(zip(piece["x"], piece["y"], strict=True))[1:-1:7]:
                assert y == pytest.approx(float(right(mpmath.mpf(x))), rel=1e-12)


@pytest.mark.filterwarnings("error")
def test_heights_at_the_end_of_doubles(tmp_path):
    """Whatever draws computes with differences of them."""
    pytest.importorskip("plotext")
    for expression, over in (("exp(x)", "x=700:709.7"), ("-exp(exp(x))", "x=6:6.565")):
        drawn = plot(expression, over, order=0)
        assert drawn.text() and max(abs(v) for v in drawn.curves[0]["pieces"][-1]["y"]) > 1e305
        plot(expression, over, order=0, out=tmp_path / "f.svg")
    with pytest.raises(HodiffError, match="take other units"):
        plot("x", "x=-7e307:7e307")
    plot("exp(exp(exp(x)))", "x=0:6", order=0, at="x=1")
    with pytest.raises(HodiffError, match="have no contours"):
        plot("exp(x)*y", "x=700:709.7,y=0:1", out=tmp_path / "g.svg")


def test_json_of_the_command_line(answer):
    found = json.loads(answer("plot", "abs(x)", "--over", "x=-1:2", "--order", "0,1",
                              "--format", "json"))  # fmt: skip
    assert found["command"] == "plot" and found["over"] == {"x": {"lower": -1, "upper": 2}}
    assert [c["name"] for c in found["curves"]] == ["f", "df_dx"]
    jump = found["curves"][1]["marks"][0]
    assert (jump["kind"], jump["left"], jump["right"], jump["value"]) == ("jump", -1, 1, None)
    assert jump["proven"] is True


@pytest.mark.parametrize(
    "expression",
    ["sum([sin(k*x), cos(k*x)])", "gamma(1/sin(1/x))",
     *(["floor(1e6*sin(x))", "sin(exp(exp(x**2)))", "x**x**x", "tan(tan(tan(x)))",
        "1/(sin(1/x) - sin(2/x))", "mod(x, sin(x))"] if lengths.LONG else [])],
)  # fmt: skip
def test_hostile_functions_are_drawn_within_the_time(expression):
    options = {"let": "k=1000"} if "k*" in expression else {}
    found = plot(expression, order=0, seconds=0.5, **options)
    assert sum(len(p["x"]) for p in found.curves[0]["pieces"]) <= 6000


def test_a_taylor_polynomial_in_its_band():
    """sin around 1/2 to order 3; the band holds sin, and is no wider than Lagrange's."""
    found = plot("sin(x)", over="x=-3:4", order=0, at={"x": 0.5}, taylor=3).taylor
    s, c = math.sin(0.5), math.cos(0.5)
    assert found["coefficients"] == pytest.approx([s, c, -s / 2, -c / 6], rel=1e-15)
    for x, y, low, high in zip(*(found[k] for k in ("x", "y", "lower", "upper")), strict=True):
        h = x - 0.5
        assert y == pytest.approx(s + c * h - s / 2 * h**2 - c / 6 * h**3, abs=1e-12)
        assert low - 1e-15 <= math.sin(x) <= high + 1e-15
        assert high - low <= 2 * abs(h) ** 4 / 24 + 1e-12


def test_the_band_ends_where_f_breaks():
    found = plot("sqrt(x)", over="x=-1:4", order=0, at="x=1").taylor
    assert found["order"] == 1 and found["coefficients"] == [1, 0.5]
    known = [x for x, low in zip(found["x"], found["lower"], strict=True) if low is not None]
    assert 0 < min(known) < 0.1 and max(known) == 4


@pytest.mark.parametrize(
    "options, words",
    [
        ({"taylor": 2}, "needs its point"),
        ({"at": "x=9"}, "outside the range"),
        ({"at": "x=1+/-0.1"}, "takes a point"),
        ({"at": "x=1", "taylor": 99}, "20 at most"),
        ({"at": "b=1"}, "--let b"),
    ],
)
def test_what_is_no_point_of_a_polynomial(options, words):
    with pytest.raises(HodiffError) as caught:
        plot("x**2", **options)
    assert words in caught.value.message


def test_a_kink_has_no_tangent():
    with pytest.raises(HodiffError, match=r"the slope is -1 from the left and 1 from the right$"):
        plot("abs(x)", at="x=0")


def test_points_of_a_file(tmp_path):
    pytest.importorskip("polars")
    file = tmp_path / "p.csv"
    file.write_text("x,f\n0,1\n1,2.5\n,3\n")
    found = plot("x", order=0, points=str(file))
    assert found.points == {"x": [0, 1], "f": [1, 2.5]}
    assert "1 row of points without a number: not drawn" in found.text("table")
    file.write_text('x,f\n" 0 ",1\n1,abc\n2,inf\n"3","4"\n')
    found = plot("x", order=0, points=str(file))
    assert found.points == {"x": [0, 3], "f": [1, 4]}
    assert "2 rows of points without a number: not drawn" in found.text("table")
    file.write_text("x,f\n" + ",\n" * 3 + "1,2\n" * 20_000)
    found = plot("x", order=0, points=str(file))
    assert len(found.points["x"]) == 19_997
    assert "only the first 20000 rows of points are drawn" in found.text("table")
    for text, words in (("t,f\n1,2\n", "no column 'x'"), ("x,a,b\n1,2,3\n", "which column"),
                        ("x,f\n", "no row")):  # fmt: skip
        file.write_text(text)
        with pytest.raises(HodiffError, match=words):
            plot("x", points=str(file))
    with pytest.raises(HodiffError, match="no such file"):
        plot("x", points="none.csv")


def test_csv_has_no_number_where_there_is_no_derivative():
    rows = list(csv.DictReader(io.StringIO(plot("abs(x)", over="x=-1:1").text("csv"))))
    at = [row for row in rows if float(row["x"]) == 0]
    assert [(row["f"], row["df_dx"]) for row in at] == [("0", "")]
    assert {row["df_dx"] for row in rows if float(row["x"]) > 0} == {"1"}


def test_two_variables():
    """x*y*exp(-x**2 - y**2): extrema where x**2 = y**2 = 1/2, a saddle at 0."""
    found = plot("x*y*exp(-x**2 - y**2)", over="x=-2:2,y=-2:2", at="x=0,y=0")
    half = math.sqrt(0.5)
    listed = {(m["kind"], round(m["at"]["x"], 12), round(m["at"]["y"], 12)) for m in found.marks}
    r = round(half, 12)
    assert listed == {("maximum", r, r), ("maximum", -r, -r), ("minimum", r, -r),
                      ("minimum", -r, r), ("saddle", 0, 0)}  # fmt: skip
    grid = found.grid
    for i in (0, 17, 48, 96):
        for j in (3, 50, 96):
            x, y = grid["x"][j], grid["y"][i]
            assert grid["f"][i][j] == pytest.approx(x * y * math.exp(-(x**2) - y**2), abs=1e-15)
    bend = found.answer.fields["at"]
    assert bend["hessian"] == [[0, 1], [1, 0]] and bend["eigenvalues"] == pytest.approx([-1, 1])
    for (a, b), sign in zip(bend["directions"], (-1, 1), strict=True):
        assert a * b == pytest.approx(sign / 2)


def test_the_order_of_the_point_is_no_matter():
    found = plot("x**2*y", over="x=0:2,y=3:4", at="y=7/2,x=1", seconds=0.2)
    assert found.answer.fields["at"]["at"] == {"x": 1, "y": 3.5}
    assert found.answer.fields["at"]["hessian"] == [[7, 2], [2, 0]]
    assert found.grid["f"][0][-1] == 12 and found.grid["f"][-1][0] == 0


def test_two_variables_leave_poles_open_and_kinks_without_slopes(tmp_path):
    found = plot("1/(x*y)", over="x=-1:1,y=-1:1", seconds=0.01)
    grid = found.grid
    for i, j in grid["broken"]:
        sides = [(grid[v][k], grid[v][k + 1]) for v, k in (("x", j), ("y", i))]
        assert any(low <= 0 <= high for low, high in sides)
    assert len(grid["broken"]) >= 2 * 96 - 1
    rows = list(csv.DictReader(io.StringIO(
        plot("abs(x) + y", over="x=-1:1,y=-1:1", seconds=0.01).text("csv"))))  # fmt: skip
    assert {row["df_dx"] for row in rows if float(row["x"]) == 0} == {""}
    assert {row["df_dx"] for row in rows if float(row["x"]) < 0} == {"-1"}
    pytest.importorskip("matplotlib")
    plot("1/(x*y)", over="x=-1:1,y=-1:1", at="x=1/2,y=1/2", seconds=1, out=tmp_path / "s.svg")
    ids = {g.get("id") for g in ET.parse(tmp_path / "s.svg").getroot().iter()}
    assert {"broken", "heights", "contours", "arrows", "direction-0", "direction-1"} <= ids


def test_libraries_are_imported_when_they_draw():
    """Other commands start as before; data need no library, and the terminal only its own."""
    code = """
import sys
from hodiff.cli import main
heavy = "matplotlib", "plotext", "prompt_toolkit", "polars"
asked = ["plot", "x", "--over", "x=0:1", "--order", "0", "--format"]
for arguments in ["grad", "x**2"], [*asked, "json"], [*asked, "table"]:
    main(arguments)
    print("loaded:", *[name for name in heavy if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8",
                         cwd=ROOT)  # fmt: skip
    loaded = [line for line in ran.stdout.splitlines() if line.startswith("loaded:")]
    there = " plotext" if importlib.util.find_spec("plotext") else ""
    assert loaded == ["loaded:", "loaded:", f"loaded:{there}"], ran.stderr


def test_notebooks_show_the_picture():
    pytest.importorskip("matplotlib")
    assert plot("x", order=0)._repr_svg_().lstrip().startswith("<?xml")
    assert calculate("grad", "x")._repr_svg_() is None
