"""The graph as a picture: what it consists of as plain data, and each way of drawing that.

alone        one node by itself: its formula, its rule, and what the rule reads
walks        the walks through a graph, each over what the one before added
description  the nodes and the edges as plain data
look         colours and shapes, which all drawings share
dot          text for Graphviz
mermaid      text for Mermaid
layout       where the nodes go
svg          a drawing that needs nothing else
page         the same as a page
"""
