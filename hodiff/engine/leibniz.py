"""Derivatives of any order by Leibniz, on numbers or tensors: rows and arithmetics share them."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any


def falling(j: int, k: int) -> list[list[int]]:
    """b*(b - 1)*...*(b - j + 1) and its derivatives up to the k-th, as coefficients of 1, b, ..."""
    coefficients = [1]
    for i in range(j):
        shifted = [0, *coefficients]
        coefficients = [s - i * c for s, c in zip(shifted, [*coefficients, 0], strict=True)]
    found = [coefficients]
    for _ in range(k):
        found.append([n * c for n, c in enumerate(found[-1])][1:])
    return found


def leibniz_beta(a: Any, b: Any, j: int, k: int, beta: Any, psi: Callable[[Any, int], Any]) -> Any:
    """The derivative of beta, j times in a and k times in b, from beta' = beta*(psi - psi)."""
    found = {(0, 0): beta}
    for n in range(1, k + 1):
        found[0, n] = sum(
            comb(n - 1, q) * found[0, q] * (psi(b, n - 1 - q) - psi(a + b, n - 1 - q))
            for q in range(n)
        )
    for m in range(1, j + 1):
        for n in range(k + 1):
            found[m, n] = sum(
                comb(m - 1, p) * comb(n, q) * found[p, q] * (
                    (psi(a, m - 1 - p) if q == n else 0) - psi(a + b, m - 1 - p + n - q)
                )
                for p in range(m) for q in range(n + 1)
            )  # fmt: skip
    return found[j, k]


def leibniz_binomial(
    n: Any, k: Any, i: int, j: int, binomial: Any, psi: Callable[[Any, int], Any]
) -> Any:
    """The derivative of binomial(n, k), i times in n and j times in k: its logarithm's are
    psi(n + 1) - psi(n - k + 1) in n and psi(n - k + 1) - psi(k + 1) in k."""

    def slope(p: int, q: int) -> Any:
        """The derivative of the logarithm, p + q >= 1."""
        mixed = (-1) ** q * psi(n - k + 1, p + q - 1)
        total = -mixed
        if q == 0:
            total = psi(n + 1, p - 1) - mixed
        elif p == 0:
            total = total - psi(k + 1, q - 1)
        return total

    found = {(0, 0): binomial}
    for m in range(i + 1):
        for r in range(j + 1):
            if m:
                found[m, r] = sum(
                    comb(m - 1, p) * comb(r, q) * found[p, q] * slope(m - p, r - q)
                    for p in range(m) for q in range(r + 1)
                )  # fmt: skip
            elif r:
                found[0, r] = sum(comb(r - 1, q) * found[0, q] * slope(0, r - q) for q in range(r))
    return found[i, j]
