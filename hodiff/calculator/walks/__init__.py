"""What `hodiff graph` and `hodiff explain` tell of: an expression, and the walks through it.

walked         the walks that were asked for, and the numbers of their nodes
tree           a graph in the terminal
account        a walk step by step, as lines and as json
torch_program  the same walks as a program for PyTorch
"""
