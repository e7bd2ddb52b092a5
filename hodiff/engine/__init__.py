"""A derivative is a graph: the graph, the table of operations, the reverse pass.

graph        Tensor, a node; Operation, a row of the table; what adds a node
operations   the rows, each with its derivative
backward     the reverse pass, which adds a derivative's nodes to the graph
sharing      what it adds is looked up before it is made
identities   and tidied, by identities that hold exactly
passes       passes over a graph in order: what depends on what, a graph made anew
freed        what a walk that isn't retained lets go
limits       what a job may take
exact        integers and fractions: what folds constants
leibniz      derivatives of products of powers and of beta, as numbers
shifts       derivatives of functions with an order, by those of others
shapes       broadcasting, and shapes in words
methods      what the library puts on a tensor: a stub, for type checkers alone
object_arrays  arrays of balls or of a formula's entries
"""

from hodiff.engine import identities, operations

__all__ = ["identities", "operations"]
