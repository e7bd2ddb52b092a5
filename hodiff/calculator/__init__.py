"""The calculator: a command and a text go in, an answer comes out, for whatever face shows it.

result     calculate, parse, and the Result that they give
request    what is asked, read; and how its answer is told
commands   each builds the graphs of its answer
answer     an answer, described once
formats    json, csv and plain text; what starts the others
equations  an answer as equations, for LaTeX, MathML and Typst
markdown   a table with formulas
tables     tables
search     searches in ranges: what they are asked, and what is told of them besides
progress   how much of a search or a file is done, on a terminal
"""
