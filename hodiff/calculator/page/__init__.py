"""What `hodiff report` writes: one page that has everything about an expression, and asks nobody.

sections   the page's parts, each from another command's answer
sliders    numbers computed ahead, for the point and the order to be moved
document   the page as a whole, page.js in it
"""
