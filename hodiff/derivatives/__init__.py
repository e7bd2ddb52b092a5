"""Every way to a derivative, as graphs and as computations at a point.

nested     reverse mode, again and again: gradients, Jacobians, Hessians, n-th derivatives
vmap       a graph put on a batch
diagonal   the diagonal of a Hessian, without the matrix
series     Taylor mode: a graph made ready for series
sweep      and their coefficients, order after order
taylor     derivatives of any order from it: along lines, mixed partials, implicit functions
method     nested or Taylor mode, whichever is cheaper: a plan
plan       what it decides
"""

from hodiff.derivatives.nested import (
    along,
    components,
    gradient,
    hessian,
    hvp,
    implicit,
    jacobian,
    jacobian_entries,
    jacobians,
    jvp,
    nth,
    partials,
    pullback,
    symmetric,
    vjp,
)

# jacobian, nth and partials are for users: hodiff itself takes several at once.
__all__ = [
    "along",
    "components",
    "gradient",
    "hessian",
    "hvp",
    "implicit",
    "jacobian",
    "jacobian_entries",
    "jacobians",
    "jvp",
    "nth",
    "partials",
    "pullback",
    "symmetric",
    "vjp",
]
