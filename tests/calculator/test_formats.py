"""plain, csv and json as docs/command-line.md has them, on functions with known derivatives."""

import csv
import json
import math

import mpmath
import pytest

ROSENBROCK = "(1-x)**2 + 100*(y-x**2)**2"
# At its minimum (1, 1) the gradient is 0 and the Hessian [[802, -400], [-400, 200]].
MINIMUM = (ROSENBROCK, "--at", "x=1,y=1")


def read_json(out):
    assert out.count("\n") == 1
    return json.loads(out)


def read_csv(out):
    header, row = csv.reader(out.splitlines())
    return header, row


def test_plain_is_the_derivatives_alone(answer):
    assert answer("grad", "x**2*y", "--at", "x=3,y=5", "--format", "plain") == "30\t9\n"
    assert answer("nth", "x**3", "--at", "x=2", "--order", "2", "--format", "plain") == "12\n"
    assert answer("hessian", *MINIMUM, "--format", "plain") == "802\t-400\n-400\t200\n"
    assert answer("hvp", *MINIMUM, "--v", "1,2", "--format", "plain") == "2\t0\n"
    assert answer("value", "x**y", "--at", "x=2,y=10", "--format", "plain") == "1024\n"


@pytest.mark.parametrize(
    "expression, printed",
    [
        ("12.0*x", "12"),
        ("-0.0*x", "0"),
        ("0*-x", "0"),
        ("x/3", repr(1 / 3)),
        ("0.1*x", "0.1"),
        ("x/7 - x", repr(-6 / 7)),
        ("1e15*x", "1000000000000000"),
        ("1e22*x", "1e+22"),
        ("2.5e-300*x", "2.5e-300"),
    ],
)
def test_numbers_have_the_fewest_digits_that_read_back(answer, expression, printed):
    assert answer("value", expression, "--at", "x=1", "--format", "plain") == printed + "\n"


def test_json_of_grad(answer):
    out = answer("grad", "w1**2*sin(w2)", "--at", "w1=1,w2=pi/2", "--format", "json")
    found = read_json(out)
    gradient = found.pop("gradient")
    assert found == {
        "command": "grad",
        "expression": "w1**2*sin(w2)",
        "arithmetic": "ball",
        "at": {"w1": 1, "w2": math.pi / 2},
        "value": 1,
        "notes": [],  # cos(pi/2) is 0 exactly
    }
    assert gradient == {"w1": 2, "w2": 0}
    assert list(gradient) == ["w1", "w2"]


def test_json_of_nth(answer):
    # exp(2x) at 0: 1, 2, 4, 8.
    out = answer("nth", "exp(2*x)", "--at", "x=0", "--order", "3", "--format", "json")
    assert read_json(out) == {
        "command": "nth",
        "expression": "exp(2*x)",
        "arithmetic": "ball",
        "at": {"x": 0},
        "variable": "x",
        "order": 3,
        "value": 1,
        "derivatives": [2, 4, 8],
        "derivative": 8,
        "notes": [],
    }


def test_json_of_hessian(answer):
    assert read_json(answer("hessian", *MINIMUM, "--format", "json")) == {
        "command": "hessian",
        "expression": ROSENBROCK,
        "arithmetic": "ball",
        "at": {"x": 1, "y": 1},
        "variables": ["x", "y"],
        "value": 0,
        "gradient": {"x": 0, "y": 0},
        "hessian": [[802, -400], [-400, 200]],
        "notes": [],
    }


def test_json_of_hvp(answer):
    assert read_json(answer("hvp", *MINIMUM, "--v", "y=2,x=1", "--format", "json")) == {
        "command": "hvp",
        "expression": ROSENBROCK,
        "arithmetic": "ball",
        "at": {"x": 1, "y": 1},
        "variables": ["x", "y"],
        "v": [1, 2],
        "value": 0,
        "gradient": {"x": 0, "y": 0},
        "hvp": [2, 0],
        "notes": [],
    }


def test_json_of_value(answer):
    out = answer("value", "[x, 2*x]", "--at", "x=1/4", "--format=json")
    assert read_json(out) == {
        "command": "value",
        "expression": "[x, 2*x]",
        "arithmetic": "ball",
        "at": {"x": 0.25},
        "value": [0.25, 0.5],
        "notes": [],
    }


def test_csv_is_a_header_and_a_row(answer):
    point = ("--at", "w1=3,w2=5", "--format", "csv")  # of w1**2*w2
    assert read_csv(answer("grad", "w1**2*w2", *point)) == (
        ["w1", "w2", "f", "df_dw1", "df_dw2"],
        ["3", "5", "45", "30", "9"],
    )
    second = ["d2f_dw1_dw1", "d2f_dw1_dw2", "d2f_dw2_dw1", "d2f_dw2_dw2"]
    assert read_csv(answer("hessian", "w1**2*w2", *point)) == (
        ["w1", "w2", "f", "df_dw1", "df_dw2", *second],
        ["3", "5", "45", "30", "9", "10", "6", "6", "0"],
    )
    assert read_csv(answer("hvp", "w1**2*w2", *point, "--v", "1,1")) == (
        ["w1", "w2", "f", "df_dw1", "df_dw2", "hvp_w1", "hvp_w2"],
        ["3", "5", "45", "30", "9", "16", "6"],
    )
    assert read_csv(answer("nth", "w1**2*w2", *point, "--wrt", "w1", "--order", "3")) == (
        ["w1", "w2", "f", "df_dw1", "d2f_dw12", "d3f_dw13"],
        ["3", "5", "45", "30", "10", "0"],
    )
    assert read_csv(answer("value", "w1**2*w2", *point)) == (["w1", "w2", "f"], ["3", "5", "45"])


def test_a_vector_keeps_its_shape_in_at_and_gradient(answer):
    # |w| at (3, 4): the gradient is w/|w|, the Hessian (I - w w'/25)/5.
    point = ("--at", "w=[3, 4]")
    found = read_json(answer("hessian", "norm(w)", *point, "--format", "json"))
    assert found["at"] == {"w": [3, 4]}
    assert found["gradient"] == {"w": [0.6, 0.8]}
    assert found["variables"] == ["w[0]", "w[1]"]
    expected = [[0.128, -0.096], [-0.096, 0.072]]
    assert found["hessian"] == [pytest.approx(row, rel=1e-15) for row in expected]
    header, row = read_csv(answer("grad", "norm(w)", *point, "--format", "csv"))
    assert header == ["w[0]", "w[1]", "f", "df_dw[0]", "df_dw[1]"]
    assert row == ["3", "4", "5", "0.6", "0.8"]
    found = read_json(answer("hvp", "x*norm(w)", "--at", "w=[3, 4],x=2", "--v", "0,0,5",
                             "--format", "json"))  # fmt: skip
    assert found["variables"] == ["w[0]", "w[1]", "x"]
    assert found["gradient"] == {"w": [1.2, 1.6], "x": 5}
    assert found["v"] == [0, 0, 5]
    assert found["hvp"] == pytest.approx([3, 4, 0], rel=1e-15)


def test_a_matrix_is_printed_by_rows(answer):
    point = ("[[1, x], [3, 4]]", "--at", "x=2")
    assert answer("value", *point, "--format", "plain") == "1\t2\n3\t4\n"
    header, row = read_csv(answer("value", *point, "--format", "csv"))
    assert header == ["x", "f[0,0]", "f[0,1]", "f[1,0]", "f[1,1]"]
    assert row == ["2", "1", "2", "3", "4"]


def test_without_at_the_answer_is_the_formula(answer):
    f = "w1**2*sin(w2)"
    assert answer("grad", f, "--format", "plain") == "2*w1*sin(w2)\tw1**2*cos(w2)\n"
    found = read_json(answer("grad", f, "--format", "json"))
    assert found["at"] is None
    assert found["value"] == f
    assert found["gradient"] == {"w1": "2*w1*sin(w2)", "w2": "w1**2*cos(w2)"}
    assert read_csv(answer("nth", "x**3", "--order", "2", "--format", "csv")) == (
        ["f", "df_dx", "d2f_dx2"],
        ["x**3", "3*x**2", "6*x"],
    )
    found = read_json(answer("hvp", "x**3", "--v", "1/4", "--format", "json"))
    assert (found["v"], found["hvp"]) == ([0.25], ["3*x/2"])
    assert "2*w1*sin(w2)" in answer("grad", f)


def test_order_0_is_the_value(answer):
    at = ("nth", "x**3", "--at", "x=2", "--order", "0", "--format")
    assert answer(*at, "plain") == "8\n"
    found = read_json(answer(*at, "json"))
    assert (found["derivatives"], found["derivative"], found["order"]) == ([], 8, 0)


def test_wrt_let_and_repeated_options(answer):
    f = ("a*x**2*y", "--let", "a=b/2", "--let", "c=1", "--at", "x=3", "--at", "y=5")
    f = (f[0], "--let", "b=4", *f[1:])
    assert answer("grad", *f, "--format", "plain") == "60\t18\n"
    assert answer("grad", *f, "--wrt", "y", "--format", "plain") == "18\n"
    assert answer("grad", *f, "--wrt", "y,x", "--format", "plain") == "18\t60\n"
    assert answer("grad", *f, "--wrt", "y", "--wrt", "x", "--format", "plain") == "18\t60\n"


def test_subgradient(answer):
    at = ("grad", "abs(x)", "--at", "x=0", "--format", "plain")
    assert answer(*at, "--subgradient") == "0\n"
    at = ("--subgradient", "--at", "x=2", "--order", "2", "--format", "plain")
    assert answer("nth", *at, "abs(x)**3") == "12\n"


def test_a_minus_in_front_needs_no_dashes(answer):
    plain = ("--format", "plain")
    assert answer("grad", "-x**2", "--at", "x=1", *plain) == "-2\n"
    assert answer("grad", "--at", "x=1", *plain, "-x**2") == "-2\n"
    assert answer("grad", *plain, "--at=x=1", "--", "-x**2") == "-2\n"
    assert answer("value", "-h*2", "--at", "h=3", *plain) == "-6\n"
    assert answer("value", "-1", "--at", "h=3", *plain) == "-1\n"
    # d(-m*B*cos t)/dt = m*B*sin t, here 2*3*sin(pi/2).
    f = ("-mom*B*cos(theta)", "--let", "mom=2,B=3", "--at", "theta=pi/2")
    assert answer("grad", *f, *plain) == "6\n"
    # The Hessian of x**2 + y**2 is 2.
    at = ("hvp", "x**2 + y**2", "--at", "x=1,y=1", *plain)
    assert answer(*at, "--v", "-0.5,1") == "-1\t2\n"
    assert answer(*at, "--v=-0.5,1") == "-1\t2\n"


def test_standard_input(answer):
    at = ("--at", "x=3", "--format", "plain")
    assert answer("grad", "-", *at, stdin=b"x**2\n") == "6\n"
    assert answer("grad", "-", *at, stdin=b"a = x**2;\r\na*x\r\n") == "27\n"
    longest = b"x" + b" " * 65534 + b"\n"
    assert answer("value", "-", *at, stdin=longest) == "3\n"


def test_the_method_of_nth(hodiff, answer):
    at = ("nth", "exp(2*x)*x", "--at", "x=1/3", "--order", "6", "--format", "json")
    assert answer(*at, "--method", "nested") == answer(*at, "--method", "taylor") == answer(*at)
    ran = hodiff("nth", "abs(x)", "--at", "x=0", "--order", "2", "--method", "taylor")
    assert ran.code == 2 and "--method" in ran.err
    ran = hodiff("nth", "x", "--at", "x=0", "--order", "2", "--method", "magic")
    assert ran.code == 2 and "auto, nested or taylor" in ran.err


RATIONAL = [  # x**3/7 at 1/3: 1/189, its slope 1/21, then 2/7, 6/7; v is 1/3
    ("grad x**3/7", "gradient", {"x": "1/21"}, "1/21"),
    ("nth x**3/7 --order 2", "derivatives", ["1/21", "2/7"], "2/7"),
    ("hessian x**3/7", "hessian", [["2/7"]], "2/7"),
    ("hessian x**3/7 --diag", "diagonal", ["2/7"], "2/7"),
    ("hvp x**3/7 --v 1/3", "hvp", ["2/21"], "2/21"),
    ("jacobian [x**3/7,3*x]", "jacobian", [["1/21"], [3]], "1/21\n3"),
    ("jvp [x**3/7,x] --v 1/3", "jvp", ["1/63", "1/3"], "1/63\t1/3"),
    ("vjp [x**3/7,x] --v 1/3,2/7", "vjp", ["19/63"], "19/63"),
    ("value x**3/7", "value", "1/189", "1/189"),
    ("taylor x**3/7 --order 2", "coefficients", ["1/189", "1/21", "1/7"], "1/189\t1/21\t1/7"),
    ("tensor x**3/7 --order 3", "tensor", [{"indices": [0, 0, 0], "value": "6/7"}], "6/7"),
    ("laplacian x**3/7", "laplacian", "2/7", "2/7"),
    ("implicit x*y=1/6 --of y", "derivatives", ["-3/2"], "-3/2"),
]


@pytest.mark.parametrize(("words", "field", "expected", "plainly"), RATIONAL)
def test_exact_numbers_are_quotients(answer, found, plain, words, field, expected, plainly):
    at = ("--at", "x=1/3,y=1/2" if "--of" in words else "x=1/3", "--exact")
    assert found(*words.split(), *at)[field] == expected
    assert found(*words.split(), *at)["at"]["x"] == "1/3"
    assert plain(*words.split(), *at) == plainly
    last = plainly.split()[-1]
    for form in ("table", "csv"):
        assert last in answer(*words.split(), *at, "--format", form)


def test_exact_says_what_is_whole_and_what_is_rounded(found, plain):
    """2 + exp(-50) is told as 2 by its nearest double, and isn't 2."""
    asked = ("value", "[2 + exp(-50), 2, x, sqrt(2)]", "--at", "x=2/4", "--exact")
    *told, root = plain(*asked).split()
    assert told == ["2.0", "2", "1/2"] and float(root) == math.sqrt(2)
    numbers = found(*asked)["value"]
    assert [type(x) for x in numbers] == [float, int, str, float]
    told = {
        ("2**53 - 1 + exp(-x)/2", ()): "9007199254740991e0",
        ("100 + pi", ("--digits", "3")): "103e0",
        ("100 + pi", ("--digits", "4")): "103.1",
        ("-100*x", ("--digits", "3")): "-50",
    }
    for (text, digits), number in told.items():
        assert plain("value", text, "--at", "x=1/2", "--exact", *digits) == number
        assert float(found("value", text, "--at", "x=1/2", "--exact", *digits)["value"]) == float(
            number
        )
    large = found("value", "x**2", "--at", "x=10**15", "--exact")["value"]
    assert large == "1" + "0" * 30  # more than others read as a number
    assert found("value", "x", "--at", "x=9007199254740993", "--exact")["value"] == 2**53 + 1


def test_digits_of_a_number_need_no_point(found, plain, answer):
    with mpmath.workdps(60):
        assert plain("value", "exp(pi)/2", "--digits", "50") == str_of(
            mpmath.exp(mpmath.pi) / 2, 50
        )
        known = str_of(mpmath.sqrt(2) * 3, 20)
    assert plain("value", "a*sqrt(2)", "--let", "a=3", "--digits", "20") == known
    assert found("value", "2**0.5", "--digits", "5")["at"] == {}
    assert plain("value", "sqrt(2)") == "sqrt(2)"
    assert plain("value", "x*sqrt(2)", "--digits", "20") == "x*sqrt(2)"


def str_of(x, n):
    return mpmath.nstr(x, n, strip_zeros=False)


def test_the_order_is_1_if_none_is_given(answer):
    for words in (
        ("nth", "x**3 + exp(x)", "--at", "x=2"),
        ("nth", "x**3"),
        ("nth", "x**3*y", "--at", "x=2,y=3", "--wrt", "y"),
        ("nth", "x**3*y", "--at", "x=2,y=3", "--along", "1,2"),
        ("implicit", "x*y = 6", "--at", "x=2,y=3", "--of", "y"),
        ("implicit", "x**2 + y**2 = 25", "--of", "y"),
    ):
        assert answer(*words) == answer(*words, "--order", "1")
    assert answer("nth", "x*y", "--wrt", "x,y") == answer(
        "nth", "x*y", "--wrt", "x,y", "--order", "2"
    )


def test_a_note_on_what_wrt_names_and_expr_does_not_use(found, answer):
    for at in ((), ("--at", "x=3,z=1")):
        notes = found("grad", "x**2", "--wrt", "x,z", *at)["notes"]
        assert notes == ["EXPR doesn't use 'z': its derivative is 0"]
        assert answer("grad", "x**2", "--wrt", "x,z", *at).endswith(f"\n{notes[0]}\n")
    assert found("hessian", "x**2", "--wrt", "z,x")["hessian"] == [["0", "0"], ["0", "2"]]
