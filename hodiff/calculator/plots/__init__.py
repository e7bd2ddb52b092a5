"""Pictures of an expression: what is in them, and how they are drawn.

picture    the samples and marks of curves, found by the calculator: plain data
marks      roots and extrema among them
told       a picture as json, csv and plain text
terminal   as text, by plotext
figure     as png, svg, pdf and html, by matplotlib
files      where these are written
"""
