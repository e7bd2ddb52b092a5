"""Pictures of an expression: what is in them, and how they are drawn.

picture    the samples and marks of curves, found by the calculator: plain data
marks      roots and extrema among them
dots       a file of points
surface    the same of two variables: a grid of heights, arrows, and how it bends at a point
told       a picture of curves as json, csv, plain text and sentences
strokes    the lines and symbols of a curve, inside what is shown
terminal   as text, by plotext
figure     as png, svg, pdf and html, by matplotlib
contours   two variables, by matplotlib and in the terminal
missing    the libraries, or what to do without them
files      where pictures are written
"""
