"""A critic with a gradient penalty measures the distance between two clouds of points.

The earth mover's distance is the largest difference of means between the clouds that a function
of slope at most 1 can have. The critic of a Wasserstein GAN looks for that function, and a
penalty holds the norm of its slope near 1. The penalty is a function of a gradient, so that
training differentiates twice. The clouds are two kinds of iris; the exact assignment of the
flowers of one to those of the other is the reference.

Run: python examples/gradient_penalty.py    (needs scikit-learn)
"""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.datasets import load_iris

import hodiff as torch

STRENGTH = 100.0
STEPS, RATE, MOMENTUM = 300, 0.001, 0.9
SHAPES = [(4, 16), (16,), (16,)]

flowers, kind = load_iris(return_X_y=True)
flowers = flowers - flowers.mean(axis=0)
setosa, virginica = flowers[kind == 0], flowers[kind == 2]
random = np.random.default_rng(0)


def critic(points, parameters):
    weights, biases, heights = parameters
    return torch.tanh(points @ weights + biases) @ heights


def distance(parameters):
    return critic(virginica, parameters).mean() - critic(setosa, parameters).mean()


def slopes(points, parameters):
    """The norm of the critic's slope at each point, part of the graph."""
    points = torch.tensor(points, requires_grad=True)
    heights = critic(points, parameters).sum()
    (gradients,) = torch.autograd.grad(heights, points, create_graph=True)
    return gradients.norm(dim=1)


def penalty(points, parameters):
    return ((slopes(points, parameters) - 1) ** 2).mean()


def between():
    """A point somewhere on the line from each setosa to a virginica."""
    share = random.uniform(size=(len(setosa), 1))
    return share * setosa + (1 - share) * random.permutation(virginica)


def train(parameters):
    """Gradient descent with momentum, the rate falling to zero."""
    velocities = [np.zeros(shape) for shape in SHAPES]
    for step in range(STEPS):
        loss = STRENGTH * penalty(between(), parameters) - distance(parameters)
        loss.backward()
        rate = RATE * (1 - step / STEPS)
        for i, p in enumerate(parameters):
            velocities[i] = MOMENTUM * velocities[i] + p.grad.numpy()
            parameters[i] = (p - rate * velocities[i]).detach().requires_grad_()
    return parameters


def error_of_gradient(parameters) -> float:
    """The penalty's slope along some direction against central differences, relative."""
    points = between()
    direction = [random.normal(size=shape) for shape in SHAPES]
    gradients = torch.autograd.grad(penalty(points, parameters), parameters)
    slope = sum((g * d).sum() for g, d in zip(gradients, direction, strict=True)).item()

    def moved(h):
        return penalty(points, [p + h * d for p, d in zip(parameters, direction, strict=True)])

    h = 1e-5
    return abs((moved(h) - moved(-h)).item() / (2 * h) / slope - 1)


def main() -> None:
    parameters = [torch.tensor(random.normal(size=s) / 2, requires_grad=True) for s in SHAPES]
    error = error_of_gradient(parameters)
    parameters = train(parameters)
    norms = slopes(between(), parameters).detach().numpy()
    lengths = cdist(setosa, virginica)
    exact = lengths[linear_sum_assignment(lengths)].mean()
    found = distance(parameters).item()

    print(f"relative error of the penalty's gradient: {error:.1e}")
    print(f"norms of the critic's slope: mean {norms.mean():.3f}, deviation {norms.std():.3f}")
    print(f"earth mover's distance: critic {found:.3f}, exact {exact:.3f}")
    assert error < 1e-7
    assert abs(norms.mean() - 1) < 0.05 and norms.std() < 0.05
    assert abs(found / exact - 1) < 0.05


if __name__ == "__main__":
    main()
