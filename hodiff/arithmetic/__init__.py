"""Running a graph: one loop, and the arithmetics to run it on, a file each.

base           what an arithmetic is, and the loop
program        a graph made ready to be run again
floats         Python's floats: one point
arrays         numpy's arrays; blocks, fused, rows run large ones
balls          proven: ball_numbers, and ball_arrays of them
boxes          columns of intervals: box_numbers, and box_functions of them
special        functions that FLINT alone has; scipys has those of arrays
closed_forms   numbers that know what they are: sqrt(2), log(3)
"""
