"""What `hodiff report` writes: one page that has everything about an expression, and asks nobody.

html       elements, with what is text escaped
sections   the page's parts, each from another command's answer
sliders    numbers computed ahead, for the point and the order to be moved
document   the page: page.css and page.js are in it
"""
