"""Learning a start from which one gradient step adapts to a new task (MAML).

Each task is a sine wave of its own amplitude and phase, seen at a few points. The loss after the
step is differentiated in the start, through the step: with create_graph=True the inner gradient
is part of the graph. Without, what comes out is first-order MAML, which is another gradient. The
model is linear in sin(x), cos(x) and 1, so that gradients and the best start have closed forms.

Run: python examples/maml.py
"""

import numpy as np

import hodiff

TASKS, POINTS, RATE = 100, 5, 0.4
random = np.random.default_rng(0)


def tasks():
    """Features of shape (2, tasks, points, 3), targets (2, tasks, points): to adapt, to judge."""
    amplitude = random.uniform(0.5, 5, size=(TASKS, 1))
    phase = random.uniform(0, np.pi, size=(TASKS, 1))
    x = random.uniform(-np.pi, np.pi, size=(2, TASKS, POINTS))
    features = np.stack([np.sin(x), np.cos(x), np.ones_like(x)], axis=-1)
    return features, amplitude * np.sin(x + phase)


def loss(weights, features, targets):
    """The mean over tasks of half the mean square; a row of weights for each task."""
    predictions = (features * weights[:, None, :]).sum(dim=2)
    return ((predictions - targets) ** 2).mean() / 2


def loss_after_step(start, features, targets, second_order=True):
    weights = start.expand(TASKS, 3)
    inner = TASKS * loss(weights, features[0], targets[0])  # each row its own task's gradient
    (slope,) = hodiff.grad(inner, weights, create_graph=second_order, retain_graph=True)
    return loss(weights - RATE * slope, features[1], targets[1])


def meta_gradient(start, features, targets, second_order=True):
    start = hodiff.tensor(start, requires_grad=True)
    return hodiff.grad(loss_after_step(start, features, targets, second_order), start)[0].numpy()


def closed_form(features, targets):
    """A, b with meta-gradient A start - b; and the same without what comes through the step.

    With curvature H = X'X/n and pull c = X'y/n of either half, the step gives M start + RATE c0,
    M = 1 - RATE H0. The gradient there, H1 (M start + RATE c0) - c1, comes back through M'.
    """
    curvature = np.einsum("htpi,htpj->htij", features, features) / POINTS
    pull = np.einsum("htpi,htp->hti", features, targets) / POINTS
    through = np.eye(3) - RATE * curvature[0]
    matrix = curvature[1] @ through
    vector = pull[1] - RATE * np.einsum("tij,tj->ti", curvature[1], pull[0])
    full = (through @ matrix).mean(axis=0), np.einsum("tij,tj->i", through, vector) / TASKS
    return full, (matrix.mean(axis=0), vector.mean(axis=0))


def main() -> None:
    features, targets = tasks()
    (a, b), (a_first, b_first) = closed_form(features, targets)
    start = random.normal(size=3)
    full = meta_gradient(start, features, targets)
    first = meta_gradient(start, features, targets, second_order=False)
    errors = np.abs(full - (a @ start - b)).max(), np.abs(first - (a_first @ start - b_first)).max()
    apart = np.linalg.norm(full - first) / np.linalg.norm(full)

    for _ in range(200):
        start = start - 2 * meta_gradient(start, features, targets)
    distance = np.abs(start - np.linalg.solve(a, b)).max()

    features, targets = tasks()
    learned = hodiff.tensor(start, requires_grad=True)
    before = loss(learned.expand(TASKS, 3), features[1], targets[1]).item()
    after = loss_after_step(learned, features, targets).item()
    zero = loss_after_step(hodiff.zeros(3, requires_grad=True), features, targets).item()

    print(f"meta-gradient against its closed form: {errors[0]:.1e}, first-order: {errors[1]:.1e}")
    print(f"first-order differs from the meta-gradient by {apart:.0%}")
    print(f"learned start against the best one: {distance:.1e}")
    print(f"loss on new tasks: {before:.3f}, after a step {after:.3f}")
    print(f"loss after a step from zero: {zero:.3f}")
    assert max(errors) < 1e-13 and apart > 0.1
    assert distance < 1e-6
    assert after < before and after < zero


if __name__ == "__main__":
    main()
