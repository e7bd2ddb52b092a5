"""Each example runs and holds its own claim; what it prints is checked here a second way."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parent.parent / "examples"
NEEDS_SKLEARN = {"newton_cg", "gradient_penalty", "top_eigenvalues"}
NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?"


def run(name, cwd):
    """What the example prints, a line a string."""
    if name in NEEDS_SKLEARN:
        pytest.importorskip("sklearn")
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py")],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


def figures(lines, start):
    """The numbers after start in the line that opens with it."""
    (line,) = (line for line in lines if line.startswith(start))
    return [float(number) for number in re.findall(NUMBER, line.removeprefix(start))]


def module(name):
    """The example as a module: its functions, for another way to its figures."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_every_example_is_tested():
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert {path.stem for path in FOLDER.glob("*.py")} <= tested


def test_newton_cg(tmp_path):
    lines = run("newton_cg", tmp_path)
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    features, kind = load_breast_cancer(return_X_y=True)
    features = StandardScaler().fit_transform(features)
    accuracy = LogisticRegression(tol=1e-10, max_iter=10_000).fit(features, kind)
    assert figures(lines, "accuracy") == [round(accuracy.score(features, kind), 4)]
    assert figures(lines, "largest difference")[0] < 1e-8
    steps, products = figures(lines, "Newton steps")
    assert steps < 20 and products < 20 * 31  # a wrong curvature takes hundreds of steps

    example = module("newton_cg")
    weights, direction = np.random.default_rng(0).normal(size=(2, 31)) / 4
    columns = np.column_stack([features, np.ones(len(features))])
    chance = 1 / (1 + np.exp(-columns @ weights))
    expected = columns.T @ (chance * (1 - chance) * (columns @ direction))
    expected[:-1] += direction[:-1]
    assert example.curvature(weights, direction) == pytest.approx(expected, rel=1e-10)


def test_gradient_penalty(tmp_path):
    lines = run("gradient_penalty", tmp_path)
    from scipy.stats import wasserstein_distance_nd
    from sklearn.datasets import load_iris

    flowers, kind = load_iris(return_X_y=True)
    exact = wasserstein_distance_nd(flowers[kind == 0], flowers[kind == 2])
    critic, assigned = figures(lines, "earth mover's distance")
    assert assigned == pytest.approx(exact, abs=1e-3)
    assert critic == pytest.approx(exact, rel=0.05)
    mean, deviation = figures(lines, "norms")
    assert mean == pytest.approx(1, abs=0.05) and deviation < 0.05
    assert figures(lines, "relative error")[0] < 1e-7


def test_maml(tmp_path):
    lines = run("maml", tmp_path)
    assert max(figures(lines, "meta-gradient against its closed form")) < 1e-13
    assert figures(lines, "first-order differs")[0] > 10  # per cent
    before, after = figures(lines, "loss on new tasks")
    assert after < before and after < figures(lines, "loss after a step from zero")[0]

    import hodiff

    example = module("maml")
    tasks = example.tasks()
    start = np.array([1.0, -2.0, 0.5])

    def loss(point):
        return example.loss_after_step(hodiff.tensor(point, requires_grad=True), *tasks).item()

    # The loss is a square function of the start: central differences are exact.
    differences = [(loss(start + e) - loss(start - e)) / 2 for e in np.eye(3)]
    assert example.meta_gradient(start, *tasks) == pytest.approx(differences, rel=1e-12)
    first = example.meta_gradient(start, *tasks, second_order=False)
    assert first != pytest.approx(differences, rel=0.1)


def test_physics_informed(tmp_path):
    lines = run("physics_informed", tmp_path)
    assert figures(lines, "largest error")[0] < 1e-3

    from scipy.integrate import solve_ivp

    example = module("physics_informed")
    t = np.linspace(0, example.END, 50)
    solved = solve_ivp(
        lambda _, y: [y[1], -2 * example.Z * y[1] - y[0]],
        (0, example.END),
        [1.0, 0.0],
        t_eval=t,
        rtol=1e-10,
        atol=1e-12,
    )
    assert example.solution(t) == pytest.approx(solved.y[0], abs=1e-8)


def test_top_eigenvalues(tmp_path):
    lines = run("top_eigenvalues", tmp_path)
    from hodiff.functional import hessian

    example = module("top_eigenvalues")
    matrix = hessian(example.loss)(example.trained()).numpy()
    expected = np.linalg.eigvalsh(matrix)[::-1][:5]
    assert figures(lines, "largest eigenvalues") == pytest.approx(expected, abs=1e-6)
    assert figures(lines, "largest relative difference")[0] < 1e-6
    products, size, _ = figures(lines[1:2], "")
    assert products < size
