"""The library's functions, by the names of PyTorch and numpy.

hodiff.sum(t, dim=0), t.sum(dim=0), np.sum(t, axis=0) and torch.sum(t, dim=0) after
`import hodiff as torch` all come here. Nothing here computes; numpy is imported where data are
made.

publish        under what names a function is found; read it first
arguments      how what a caller gives is read
creation       tensors from data
entrywise      one entry at a time: a table
reductions     sums, extrema, norms
selection      sorting, choosing
shapes         other shapes, joined, parted
matrices       products, diagonals, linear algebra
factorizations  triangular systems, eigenvalues, singular values, QR
grids          padded, joined in depth, slopes between points
nn_functional  activations, normalizations and losses
special_functions  with an argument that is no tensor
rows           what the table of operations has and none of these publishes
attributes     what a tensor knows about itself: a table
names          what `hodiff.name` finds, and the namespaces linalg, special, nn, autograd
numpy_names    what numpy's name means where it isn't PyTorch's
whole          what makes whole numbers of whole numbers
methods        what a tensor has beyond a node: put on it when the library is loaded
autograd       PyTorch's contract around the walk: grad, backward, no_grad
anomaly        walks watched for nan
replay         gradients of small graphs met again
evaluate       the values of a graph, in doubles or with proof
functional     derivatives of Python functions
call           what such a function is given and returns (pytrees: arguments of many arrays)
transforms     PyTorch's own transformations: torch.autograd.functional
custom         autograd.Function: a piece of a program with a backward of its own
own_rows       elementwise: a row of the table of one's own
gradcheck      derivatives held against finite differences
grad_fn, printing   how tensors show themselves
"""

# Loading a file publishes its functions.
from hodiff.library import (
    attributes,
    creation,
    entrywise,
    factorizations,
    grids,
    matrices,
    nn_functional,
    reductions,
    selection,
    shapes,
    special_functions,
)

# isort: split
from hodiff.library import rows

# isort: split
from hodiff.library.creation import as_tensor, manual_seed, tensor
from hodiff.library.matrices import SignLogdet
from hodiff.library.publish import METHODS, NUMPY, PROPERTIES, TABLE
from hodiff.library.selection import Selected

# isort: split
from hodiff.library.names import CONSTANTS, NAMES, linalg, named, nn, set_default_dtype, special
from hodiff.library.numpy_names import numpy_call

# isort: split
from hodiff.library import methods

__all__ = [
    "CONSTANTS",
    "METHODS",
    "NAMES",
    "NUMPY",
    "PROPERTIES",
    "TABLE",
    "Selected",
    "SignLogdet",
    "as_tensor",
    "attributes",
    "creation",
    "entrywise",
    "factorizations",
    "grids",
    "linalg",
    "manual_seed",
    "matrices",
    "methods",
    "named",
    "nn",
    "nn_functional",
    "numpy_call",
    "reductions",
    "rows",
    "selection",
    "set_default_dtype",
    "shapes",
    "special",
    "special_functions",
    "tensor",
]
