"""Running a graph: one loop (program.py), and the arithmetics to run it on, a file each."""
