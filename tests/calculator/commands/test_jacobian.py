"""jacobian, jvp and vjp: polar coordinates in closed form, duality, shapes, refusals."""

import csv
import math

import numpy as np
import pytest

POLAR = "[r*cos(t), r*sin(t)]"
AT = ("--at", "r=2,t=pi/6")


def test_jacobian_of_polar_coordinates(found):
    answer = found("jacobian", POLAR, *AT)
    half, root = 0.5, math.sqrt(3) / 2
    assert answer["variables"] == ["r", "t"]
    assert answer["value"] == pytest.approx([2 * root, 2 * half], rel=1e-15)
    assert np.array(answer["jacobian"]) == pytest.approx(
        np.array([[root, -2 * half], [half, 2 * root]]), rel=1e-15
    )


def test_the_keys_of_json(found):
    same = ["command", "expression", "arithmetic", "at", "variables"]
    assert list(found("jacobian", POLAR, *AT)) == [*same, "value", "jacobian", "notes"]
    v = ("--v", "1,2")
    assert list(found("jvp", POLAR, *AT, *v)) == [*same, "v", "value", "jvp", "notes"]
    assert list(found("vjp", POLAR, *AT, *v)) == [*same, "v", "value", "vjp", "notes"]


@pytest.mark.parametrize("columns", [1, 2, 7])
def test_products_agree_with_the_matrix(found, columns):
    """Few variables take the forward way, many the reverse one: the numbers are the same."""
    random = np.random.default_rng(columns)
    point = ",".join(map(str, random.normal(size=columns).round(3)))
    f = "[sum(sin(w)), w[0]**3, dot(w, w), exp(w[-1]), w[0]*w[-1]]"
    where = ("--at", f"w=[{point}]")
    matrix = np.array(found("jacobian", f, *where)["jacobian"])
    u, v = random.normal(size=columns).round(3), random.normal(size=5).round(3)
    pushed = found("jvp", f, *where, "--v", ",".join(map(str, u)))["jvp"]
    pulled = found("vjp", f, *where, "--v", ",".join(map(str, v)))["vjp"]
    assert matrix.shape == (5, columns)
    w = np.array(point.split(","), float)
    assert matrix[0] == pytest.approx(np.cos(w), rel=1e-14)
    assert matrix[2] == pytest.approx(2 * w, rel=1e-14)
    assert pushed == pytest.approx(matrix @ u, rel=1e-13)
    assert pulled == pytest.approx(v @ matrix, rel=1e-13)


def test_plain_and_csv(answer):
    f = ("[x*y, x + 3*y]", "--at", "x=2,y=5")
    assert answer("jacobian", *f, "--format", "plain") == "5\t2\n1\t3\n"
    assert answer("jvp", *f, "--v", "1,10", "--format", "plain") == "25\t31\n"
    assert answer("vjp", *f, "--v", "1,10", "--format", "plain") == "15\t32\n"
    assert answer("jacobian", *f, "--format", "csv").splitlines() == [
        "x,y,f[0],f[1],df[0]_dx,df[0]_dy,df[1]_dx,df[1]_dy",
        "2,5,10,17,5,2,1,3",
    ]
    head, row = answer("jvp", *f, "--v", "y=10,x=1", "--format", "csv").splitlines()
    assert (head, row) == ("x,y,f[0],f[1],jvp_f[0],jvp_f[1]", "2,5,10,17,25,31")
    head, row = answer("vjp", *f, "--v", "[1, 10]", "--format", "csv").splitlines()
    assert (head, row) == ("x,y,f[0],f[1],vjp_x,vjp_y", "2,5,10,17,15,32")


def test_a_number_has_a_jacobian_of_one_row(answer):
    f = ("x**2*y", "--at", "x=3,y=5", "--format")
    assert answer("jacobian", *f, "plain") == "30\t9\n"
    assert answer("jacobian", *f, "csv") == "x,y,f,df_dx,df_dy\n3,5,45,30,9\n"
    assert answer("vjp", *f, "plain", "--v", "2") == "60\t18\n"
    assert answer("jvp", *f, "plain", "--v", "1,-1") == "21\n"


def test_formulas_without_a_point(found, answer):
    assert found("jacobian", "[x*y, sin(x)]")["jacobian"] == [["y", "x"], ["cos(x)", "0"]]
    assert found("jvp", "[x*y, sin(x)]", "--v", "1,0")["jvp"] == ["y", "cos(x)"]
    assert found("vjp", "[x*y, sin(x)]", "--v", "0,2")["vjp"] == ["2*cos(x)", "0"]
    # Four rows in one variable come as one column.
    assert found("jacobian", "[t, t**2, t**3, 5]")["jacobian"] == [
        ["1"], ["2*t"], ["3*t**2"], ["0"],
    ]  # fmt: skip


def test_a_matrix_keeps_the_names_of_its_entries(answer):
    out = answer("jacobian", "[[x, x*y], [y, 1]]", "--at", "x=2,y=3", "--format", "csv")
    head, row = csv.reader(out.splitlines())
    assert head[6:] == [f"df[{i},{j}]_d{x}" for i in "01" for j in "01" for x in "xy"]
    assert row[6:] == ["1", "0", "3", "2", "0", "1", "0", "0"]


def test_data_from_files(found, tmp_path, monkeypatch):
    """The slopes of a linear map are its matrix."""
    monkeypatch.chdir(tmp_path)
    X = np.random.default_rng(1).normal(size=(4, 3))
    np.save("X.npy", X)
    np.save("w.npy", [1.0, -2.0, 0.5])
    np.save("v.npy", [1.0, 2.0, 3.0, 4.0])
    data = ("X @ w", "--let", "X=@X.npy", "--at", "w=@w.npy")
    assert np.array(found("jacobian", *data)["jacobian"]) == pytest.approx(X, rel=1e-15)
    pulled = found("vjp", *data, "--v", "@v.npy")
    assert pulled["vjp"] == pytest.approx(np.array([1.0, 2, 3, 4]) @ X, rel=1e-14)
    assert pulled["v"] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("vjp", "[x, y]", "--at", "x=1,y=2", "--v", "1,2,3"), "--v needs 2 numbers"),
        (("vjp", "[x, y]", "--at", "x=1,y=2", "--v", "x=1,y=2"), "numbers alone"),
        (("vjp", "x*y", "--at", "x=1,y=2", "--v", "[1, 2]"), "EXPR is a number"),
        (("vjp", "[x, y]", "--at", "x=1,y=2", "--v", "[1, 2], [3]"), "not several arrays"),
        (("jvp", "[x, y]", "--at", "x=1,y=2", "--v", "1"), "--v needs 2 numbers"),
        (("jvp", "[x, y]", "--at", "x=1,y=2"), "--v"),
        (("jacobian", "[1, 2]"), "there is no variable"),
    ],
)
def test_refusals(hodiff, arguments, said):
    ran = hodiff(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_kink_in_any_component_is_refused(hodiff, answer):
    f = ("[x, 3*abs(y)]", "--at", "x=1,y=0")
    ran = hodiff("jacobian", *f)
    assert ran.code == 1
    assert "the slope in y is -3 from the left and 3 from the right" in ran.err
    for command, v in (("jvp", "1,1"), ("vjp", "1,1")):
        ran = hodiff(command, *f, "--v", v)
        assert ran.code == 1 and "kink" in ran.err and "slope" not in ran.err
    assert answer("jacobian", *f, "--subgradient", "--format", "plain") == "1\t0\n0\t0\n"
    assert hodiff("jacobian", "[x, log(y)]", "--at", "x=1,y=-1").code == 1


MATRIX = ("--at", "A=[[1, 2], [3, 9/2]],b=2")


@pytest.mark.parametrize("arithmetic", ["ball", "float"])
def test_matrices_are_variables(found, arithmetic):
    """b*A and b*sum(A*A), entry by entry."""
    flat = [1, 2, 3, 4.5]
    first = [[2 * (i == j) for j in range(4)] + [a] for i, a in enumerate(flat)]
    assert found("jacobian", "A*b", *MATRIX, "--arithmetic", arithmetic)["jacobian"] == first
    second = found("hessian", "sum(A*A)*b", *MATRIX, "--arithmetic", arithmetic)
    rows = [[4 * (i == j) for j in range(4)] + [2 * a] for i, a in enumerate(flat)]
    assert second["hessian"] == [*rows, [2 * a for a in flat] + [0]]
    assert second["variables"] == ["A[0,0]", "A[0,1]", "A[1,0]", "A[1,1]", "b"]


def test_a_hessian_of_a_thousand_variables(found, tmp_path):
    """Of sum(log(1 + exp(X@w))): X' D X with the slopes of the sigmoid on the diagonal."""
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(40, 1000)) / 30, rng.normal(size=1000)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "w.npy", w)
    files = ("--let", f"X=@{tmp_path}/X.npy", "--at", f"w=@{tmp_path}/w.npy")
    got = found("hessian", "sum(log(1+exp(X@w)))", *files)
    s = 1 / (1 + np.exp(-(X @ w)))
    expected = X.T @ ((s * (1 - s))[:, None] * X)
    np.testing.assert_allclose(got["hessian"], expected, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(got["gradient"]["w"], X.T @ s, rtol=1e-9)


@pytest.mark.parametrize(
    ("job", "mend"),
    [
        (("hessian", "sum(w)**2"), "hvp multiplies by it, --diag gives its diagonal"),
        (("jacobian", "exp(w)"), "jvp and vjp multiply by it"),
    ],
)
def test_a_matrix_too_large_to_print_is_refused(hodiff, tmp_path, job, mend):
    np.save(tmp_path / "w.npy", np.ones(200_000))
    ran = hodiff(*job, "--at", f"w=@{tmp_path}/w.npy")
    assert (ran.code, ran.out) == (2, "")
    assert f"the matrix has {200_000**2} entries, and 10000000 are the most: {mend}" in ran.err
