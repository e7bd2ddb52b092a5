"""Programs as the field writes them, each once with hodiff and once with PyTorch, on one thread.

Twelve short programs in double precision: second-order optimizers, meta-learning, equations with
derivatives in them, an attention layer. The two libraries take turns in one process; the median
of the rounds is printed, and the ratio of hodiff's time to PyTorch's. Both have to give the same
numbers.
"""

import argparse
import importlib.util
import os
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import hodiff

MEDIAN, LARGEST = 1.0, 3.0  # what the ratios may be


def numbers(*shape, seed=0, scale=1.0):
    return scale * np.random.default_rng([seed, *shape]).standard_normal(shape)


def tensors(m, *arrays):
    return [m.tensor(a, requires_grad=True) for a in arrays]


def dot(m, xs, ys):
    return sum((x * y).sum() for x, y in zip(xs, ys, strict=True))


def network(m, x, weights):
    """A network with one hidden layer; weights are in, bias, out, bias."""
    a, b, c, d = weights
    return m.tanh(x @ a + b) @ c + d


def layers(inputs, hidden, seed=1):
    return (
        numbers(inputs, hidden, seed=seed),
        numbers(hidden, seed=seed),
        numbers(hidden, 1, seed=seed, scale=hidden**-0.5),
        numbers(1, seed=seed),
    )


def inverse_by_series(m):
    """H**-1 v of a logistic loss by Neumann's series (LiSSA): v + (I - H) h, forty times."""
    data, signs = m.tensor(numbers(100, 12)), m.tensor(np.sign(numbers(100)))
    (w,) = tensors(m, numbers(12, seed=2, scale=0.3))
    v = m.tensor(numbers(12, seed=3))
    h = v
    for _ in range(40):
        loss = m.log(1 + m.exp(-signs * (data @ w))).mean() + 0.05 * (w**2).sum()
        (g,) = m.autograd.grad(loss, w, create_graph=True)
        (product,) = m.autograd.grad(g, w, h)
        h = v + h - product
    return h


def equilibrium(m):
    """The gradient through a fixed point z = tanh(W z + x), solved for by iterating vjps."""
    weight, x = tensors(m, numbers(16, 16, scale=0.1), numbers(16, seed=1))
    with m.no_grad():
        z = m.zeros(16)
        for _ in range(25):
            z = m.tanh(weight @ z + x)
    z = z.detach().requires_grad_()
    step = m.tanh(weight @ z + x)
    v = 2 * z.detach()
    u = v
    for _ in range(25):
        u = v + m.autograd.grad(step, z, u, retain_graph=True)[0]
    return m.autograd.grad(step, [weight, x], u)


def meta_learning(m):
    """The gradient of the loss after three steps of descent on each of four tasks (MAML)."""
    weights = tensors(m, *layers(1, 16))
    x = m.tensor(np.linspace(-2, 2, 10)[:, None])
    total = 0.0
    for task in range(4):
        y = m.tensor((1 + task) * np.sin(np.linspace(-2, 2, 10)[:, None] + task))
        fast = weights
        for _ in range(3):
            loss = ((network(m, x, fast) - y) ** 2).mean()
            slopes = m.autograd.grad(loss, fast, create_graph=True)
            fast = [w - 0.01 * g for w, g in zip(fast, slopes, strict=True)]
        total = total + ((network(m, x, fast) - y) ** 2).mean()
    return m.autograd.grad(total, weights)


def sharpness(m):
    """The largest eigenvalue of a loss's Hessian by power iteration (PyHessian)."""
    weights = tensors(m, *layers(4, 12))
    x, y = m.tensor(numbers(60, 4)), m.tensor(numbers(60, 1))
    loss = ((network(m, x, weights) - y) ** 2).mean()
    slopes = m.autograd.grad(loss, weights, create_graph=True)
    v = [m.tensor(a) for a in layers(4, 12, seed=5)]
    for _ in range(15):
        size = dot(m, v, v).item() ** 0.5
        v = [a / size for a in v]
        products = m.autograd.grad(slopes, weights, v, retain_graph=True)
        value = dot(m, v, products).item()
        v = [p.detach() for p in products]
    return [m.tensor(value)]


def heat_equation(m):
    """Three steps of descent on the residual u_t - u_xx of a network (a PINN)."""
    weights = tensors(m, *layers(2, 20))
    for _ in range(3):
        x, t = tensors(m, numbers(50, 1, seed=3), numbers(50, 1, seed=4))
        u = network(m, m.cat([x, t], 1), weights)
        u_x, u_t = m.autograd.grad(u.sum(), [x, t], create_graph=True)
        (u_xx,) = m.autograd.grad(u_x.sum(), x, create_graph=True)
        loss = ((u_t - 0.1 * u_xx) ** 2).mean() + ((u - m.sin(x)) ** 2).mean()
        slopes = m.autograd.grad(loss, weights)
        weights = [
            (w - 0.01 * g).detach().requires_grad_() for w, g in zip(weights, slopes, strict=True)
        ]
    return weights


def newton(m):
    """Five Newton steps on a logistic loss; the Hessian row by row."""
    data, targets = m.tensor(numbers(80, 8)), m.tensor((numbers(80) > 0) * 1.0)
    (w,) = tensors(m, numbers(8, seed=2, scale=0.1))
    for _ in range(5):
        z = data @ w
        loss = (m.nn.functional.softplus(z) - targets * z).mean() + 0.01 * (w**2).sum()
        (g,) = m.autograd.grad(loss, w, create_graph=True)
        rows = [m.autograd.grad(g[i], w, retain_graph=True)[0] for i in range(8)]
        w = (w - m.linalg.solve(m.stack(rows), g)).detach().requires_grad_()
    return [w]


def attention(m):
    """The gradient of a loss in the three matrices of an attention layer."""
    q, k, v = tensors(m, *(numbers(16, 16, seed=s, scale=0.25) for s in range(3)))
    x, y = m.tensor(numbers(12, 16, seed=4)), m.tensor(numbers(12, 16, seed=5))
    weights = m.softmax((x @ q) @ (x @ k).T / 4.0, -1)
    return m.autograd.grad((((weights @ (x @ v)) - y) ** 2).mean(), [q, k, v])


def curve_fit(m):
    """Six Gauss-Newton steps for a decaying oscillation, the Jacobian by one vjp a parameter."""
    times = np.linspace(0, 3, 30)
    seen = m.tensor(2 * np.exp(-0.7 * times) * np.cos(3 * times))
    t = m.tensor(times)
    p = m.tensor([1.8, 0.6, 2.9], requires_grad=True)
    for _ in range(6):
        u = m.zeros(30).requires_grad_()
        residual = p[0] * m.exp(-p[1] * t) * m.cos(p[2] * t) - seen
        (g,) = m.autograd.grad(residual, p, u, create_graph=True)
        jacobian = m.stack([m.autograd.grad(g[i], u, retain_graph=True)[0] for i in range(3)])
        step = m.linalg.solve(jacobian @ jacobian.T, jacobian @ residual)
        p = (p - step).detach().requires_grad_()
    return [p]


def gradient_penalty(m):
    """The gradient of a critic's loss with a penalty on the size of its slope (WGAN-GP)."""
    weights = tensors(m, *layers(6, 24))
    real, fake = numbers(40, 6, seed=1), numbers(40, 6, seed=2)
    (between,) = tensors(m, 0.3 * real + 0.7 * fake)
    (slope,) = m.autograd.grad(network(m, between, weights).sum(), between, create_graph=True)
    penalty = (((slope**2).sum(1) ** 0.5 - 1) ** 2).mean()
    critic = network(m, m.tensor(fake), weights).mean() - network(m, m.tensor(real), weights).mean()
    return m.autograd.grad(critic + 10 * penalty, weights)


def learning_rate(m):
    """The slope of the loss after thirty steps of descent in the rate and the weight decay."""
    data, y = m.tensor(numbers(30, 5)), m.tensor(numbers(30))
    rate, decay = tensors(m, 0.05, 0.1)
    w = m.zeros(5).requires_grad_()
    start = w
    for _ in range(30):
        loss = ((data @ w - y) ** 2).mean() + decay * (w**2).sum()
        (g,) = m.autograd.grad(loss, w, create_graph=True)
        w = w - rate * g
    return m.autograd.grad(((data @ w - y) ** 2).mean(), [rate, decay, start])


def pendulums(m):
    """Forty symplectic steps of two pendulums coupled by a spring, forces from the energy."""
    q, p = m.tensor([0.5, -0.3]), m.tensor([0.0, 0.1])
    for _ in range(40):
        q = q.detach().requires_grad_()
        energy = (1 - m.cos(q)).sum() + 0.5 * (q[0] - q[1]) ** 2
        p = p - 0.05 * m.autograd.grad(energy, q)[0]
        q = q + 0.05 * p
    return [q, p]


def trajectory(m):
    """The gradient of where a damped oscillator of learned forces is after forty Euler steps."""
    a, b = tensors(m, numbers(2, 8, scale=0.3), numbers(8, 2, scale=0.3))
    state = m.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, -0.5]])
    for _ in range(40):
        state = state + 0.05 * (m.tanh(state @ a) @ b - 0.1 * state)
    return m.autograd.grad((state**2).sum(), [a, b])


PROGRAMS = (
    inverse_by_series,
    equilibrium,
    meta_learning,
    sharpness,
    heat_equation,
    newton,
    attention,
    curve_fit,
    gradient_penalty,
    learning_rate,
    pendulums,
    trajectory,
)


def values(found):
    found = found if isinstance(found, (list, tuple)) else [found]
    return [np.asarray(x.detach().numpy()) for x in found]


def timed(run):
    start = time.perf_counter()
    values(run())
    return 1e3 * (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=99, help="rounds of each program (99)")
    parser.add_argument("--only", help="programs whose names contain this")
    arguments = parser.parse_args()
    libraries = {"hodiff": hodiff}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(1)
        libraries["PyTorch"] = torch
    else:
        print("PyTorch is not installed: no ratios")
    print(f"{'milliseconds':<20}" + "".join(f"{name:>10}" for name in libraries) + "     ratio")
    ratios = []
    for program in PROGRAMS:
        if arguments.only and arguments.only not in program.__name__:
            continue
        runs = [lambda m=m, program=program: program(m) for m in libraries.values()]
        first = [values(run()) for run in runs]
        for found in first[1:]:
            for a, b in zip(found, first[0], strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)
        times = [[timed(run) for run in runs] for _ in range(arguments.rounds)]
        medians = [statistics.median(column) for column in zip(*times, strict=True)]
        line = f"{program.__name__:<20}" + "".join(f"{t:>10.2f}" for t in medians)
        if len(medians) > 1:
            ratios.append(medians[0] / medians[1])
            line += f"{ratios[-1]:>10.2f}"
        print(line, flush=True)
    if ratios:
        median, largest = statistics.median(ratios), max(ratios)
        said = "met" if median <= MEDIAN and largest <= LARGEST else "MISSED"
        print(f"median ratio {median:.2f} (goal {MEDIAN}), largest {largest:.2f} (goal {LARGEST}):"
              f" {said}")  # fmt: skip


if __name__ == "__main__":
    main()
