"""A network that solves a differential equation, from the equation alone.

The equation is that of a damped oscillator, u'' + 2 Z u' + u = 0, let go at rest from u(0) = 1.
The loss is how far a small network is from obeying it at some times: second derivatives in the
time, of which training needs the gradient in the weights. The graph of that gradient is built
once, in a named variable, and then run at each point that the minimizer asks for.

Run: python examples/physics_informed.py
"""

import numpy as np
from scipy.optimize import minimize

import hodiff

Z, END, HIDDEN = 0.1, 10.0, 12
times = np.linspace(0, END, 40)


def network(t, weights):
    speeds, shifts, heights = weights.split(HIDDEN)
    return hodiff.tanh(t[:, None] * speeds + shifts) @ heights


def loss(weights):
    t = hodiff.tensor(times, requires_grad=True)
    u = network(t, weights)
    # Each u depends on its own t only, so that the gradient of the sum is the slope at each.
    (velocity,) = hodiff.grad(u.sum(), t, create_graph=True)
    (acceleration,) = hodiff.grad(velocity.sum(), t, create_graph=True)
    residual = acceleration + 2 * Z * velocity + u
    return (residual**2).mean() + (u[0] - 1) ** 2 + velocity[0] ** 2


def solution(t):
    frequency = np.sqrt(1 - Z**2)
    return np.exp(-Z * t) * (np.cos(frequency * t) + Z / frequency * np.sin(frequency * t))


def main() -> None:
    weights = hodiff.variable("weights", (3 * HIDDEN,))
    f = loss(weights)
    (slope,) = hodiff.grad(f, weights, create_graph=True)

    random = np.random.default_rng(0)
    speeds = random.choice([-1, 1], HIDDEN) * random.uniform(0.5, 1.5, HIDDEN)
    shifts = -speeds * np.linspace(0, END, HIDDEN)  # the steps of the tanh spread over the times
    start = np.concatenate([speeds, shifts, random.normal(size=HIDDEN) / HIDDEN])
    fit = minimize(
        lambda point: hodiff.evaluate([f, slope], {weights: point}),
        start,
        jac=True,
        method="BFGS",
        options={"maxiter": 600, "gtol": 1e-9},
    )

    t = np.linspace(0, END, 1001)
    error = np.abs(network(t, hodiff.tensor(fit.x)).numpy() - solution(t)).max()
    print(f"loss {fit.fun:.1e} after {fit.nit} steps, {fit.nfev} gradients")
    print(f"largest error of the solution: {error:.1e}")
    assert error < 1e-3


if __name__ == "__main__":
    main()
