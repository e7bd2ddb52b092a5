"""Small graphs from Python: the gradient and the Hessian of w1**2*sin(w2), built anew each time.

hodiff and PyTorch take turns in one process; the median of many short rounds is printed, values
fetched as Python floats.
"""

import argparse
import importlib.util
import math
import statistics
import time

import hodiff

GOAL = 1.0
CALLS = 200


def gradient(m, w1, w2):
    f = w1**2 * m.sin(w2)
    return [g.item() for g in m.autograd.grad(f, (w1, w2))]


def hessian(m, w1, w2):
    f = w1**2 * m.sin(w2)
    slopes = m.autograd.grad(f, (w1, w2), create_graph=True)
    first = m.autograd.grad(slopes[0], (w1, w2), retain_graph=True)
    return [g.item() for g in (*first, *m.autograd.grad(slopes[1], (w1, w2)))]


def timed(run):
    start = time.perf_counter()
    for _ in range(CALLS):
        run()
    return 1e6 * (time.perf_counter() - start) / CALLS


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60, help=f"rounds of {CALLS} calls (60)")
    rounds = parser.parse_args().rounds
    libraries = {"hodiff": hodiff}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(1)
        libraries["PyTorch"] = torch
    print(f"{'microseconds':<14}" + "".join(f"{name:>10}" for name in libraries))
    for job in (gradient, hessian):
        runs = []
        for m in libraries.values():
            w1, w2 = (m.tensor(x, requires_grad=True) for x in (1.0, math.pi / 2))
            runs.append(lambda m=m, w1=w1, w2=w2, job=job: job(m, w1, w2))
        wanted = [2.0, 0.0] if job is gradient else [2.0, 0.0, 0.0, -1.0]
        for run in runs:
            assert all(abs(a - b) < 1e-15 for a, b in zip(run(), wanted, strict=True))
        times = [[timed(run) for run in runs] for _ in range(rounds)]
        medians = [statistics.median(column) for column in zip(*times, strict=True)]
        line = f"{job.__name__:<14}" + "".join(f"{t:>10.1f}" for t in medians)
        if len(medians) > 1:
            ratio = medians[0] / medians[1]
            line += f"   ratio {ratio:.2f}, goal <= {GOAL}: {'met' if ratio <= GOAL else 'MISSED'}"
        print(line)


if __name__ == "__main__":
    main()
