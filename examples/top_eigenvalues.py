"""The largest curvatures of a network's loss, without its Hessian.

Lanczos' method finds the extreme eigenvalues of a matrix from its products with vectors;
hodiff.functional.hvp gives the Hessian's for a few times the cost of the loss. The network is
small, so that the whole Hessian can be had as well, from differences of gradients, to check.

Run: python examples/top_eigenvalues.py    (needs scikit-learn)
"""

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh
from sklearn.datasets import load_wine

import hodiff
from hodiff.functional import grad, hvp

HIDDEN, CLASSES = 8, 3
random = np.random.default_rng(0)

features, kind = load_wine(return_X_y=True)
features = (features - features.mean(axis=0)) / features.std(axis=0)
INPUTS = features.shape[1]
SIZE = (INPUTS + 1) * HIDDEN + (HIDDEN + 1) * CLASSES


def loss(parameters):
    """The mean cross-entropy of a network with one hidden layer, biases in the last rows."""
    first, second = parameters.split([(INPUTS + 1) * HIDDEN, (HIDDEN + 1) * CLASSES])
    first, second = first.reshape(INPUTS + 1, HIDDEN), second.reshape(HIDDEN + 1, CLASSES)
    hidden = hodiff.tanh(features @ first[:-1] + first[-1])
    return hodiff.cross_entropy(hidden @ second[:-1] + second[-1], kind)


def slope(parameters):
    return grad(loss)(parameters).numpy()


def trained():
    parameters = random.normal(size=SIZE) / 2
    for _ in range(100):
        parameters = parameters - 0.5 * slope(parameters)
    return parameters


def main() -> None:
    parameters = trained()
    products = 0

    def product(vector):
        nonlocal products
        products += 1
        return hvp(loss, [parameters], [vector]).numpy()

    hessian = LinearOperator((SIZE, SIZE), matvec=product, dtype=float)
    start = random.normal(size=SIZE)
    largest = eigsh(hessian, k=5, which="LA", v0=start, return_eigenvectors=False)[::-1]

    h = 1e-5
    differences = [slope(parameters + h * e) - slope(parameters - h * e) for e in np.eye(SIZE)]
    explicit = np.array(differences) / (2 * h)
    expected = np.linalg.eigvalsh((explicit + explicit.T) / 2)[::-1]
    error = np.abs(largest / expected[:5] - 1).max()

    print(f"loss after training: {loss(hodiff.tensor(parameters)).item():.4f}")
    print(f"{products} Hessian-vector products for a Hessian of {SIZE} x {SIZE}")
    print("largest eigenvalues:", *(f"{value:.6f}" for value in largest))
    print(f"largest relative difference from the explicit Hessian's: {error:.1e}")
    assert error < 1e-6


if __name__ == "__main__":
    main()
