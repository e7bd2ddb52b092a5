"""Logistic regression by Newton's method with conjugate gradients.

Each Newton step solves a linear system with the Hessian by conjugate gradients, which only need
the Hessian times a vector: hodiff.functional.hvp, a few times the cost of the loss. The Hessian
is never formed. The data are scikit-learn's 569 breast tumours, and scikit-learn's own fit of
the same loss is the reference.

Run: python examples/newton_cg.py    (needs scikit-learn)
"""

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

import hodiff
from hodiff.functional import hvp, value_and_grad

PENALTY = 1.0  # scikit-learn's C is its inverse

features, benign = load_breast_cancer(return_X_y=True)
features = (features - features.mean(axis=0)) / features.std(axis=0)
signs = 2.0 * benign - 1.0


def loss(weights):
    """Sum of log(1 + exp(-margin)), and the penalty; the last weight is the intercept."""
    margins = signs * (features @ weights[:-1] + weights[-1])
    return hodiff.softplus(-margins).sum() + PENALTY / 2 * (weights[:-1] ** 2).sum()


def value_and_slope(weights):
    value, slope = value_and_grad(loss)(weights)
    return value.item(), slope.numpy()


def curvature(weights, direction):
    return hvp(loss, [weights], [direction]).numpy()


def main() -> None:
    start = np.zeros(features.shape[1] + 1)
    fit = minimize(
        value_and_slope,
        start,
        method="trust-ncg",
        jac=True,
        hessp=curvature,
        options={"gtol": 1e-10},
    )
    reference = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-12)
    reference.fit(features, benign)
    difference = np.abs(fit.x - np.append(reference.coef_, reference.intercept_)).max()
    accuracy = np.mean((features @ fit.x[:-1] + fit.x[-1] > 0) == benign)

    print(f"Newton steps: {fit.nit}, Hessian-vector products: {fit.nhev}")
    print(f"largest slope at the minimum: {np.abs(fit.jac).max():.1e}")
    print(f"accuracy on the data fitted: {accuracy:.4f}")
    print(f"largest difference from scikit-learn's weights: {difference:.1e}")
    assert difference < 1e-8


if __name__ == "__main__":
    main()
