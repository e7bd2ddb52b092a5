"""What a function has in a range, with proof: thousands of boxes at a time, in doubles, then balls.

isolate          where a system may be 0 in a box: branch, exclude, Newton
roots            every root in a box
quotients        the roots of a quotient of polynomials
located          a root, and what narrows it
merged           many boxes as a few
found            what a search for extrema finds: points of a kind, and breaks
extrema          every minimum, maximum and saddle
kinds            what a stationary point is
discontinuities  where f isn't continuous, in boxes
bounds           the least and the largest value
corners          kinks and breaks of one variable: where, and how f goes on to both sides
sides            a function to one side of such a place, in powers of the distance
divided          a graph as one quotient
ties             kinks of several variables
monotone         the sign of a derivative between its zeros
breaks           where a function breaks: poles, jumps, kinks
curve            a curve to be drawn: its points, and bounds
polynomial       a Taylor polynomial over a range, with a band around it
"""
