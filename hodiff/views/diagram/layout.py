"""Where the nodes of a drawing go: by Graphviz where it is there, else by igraph.

Both lay a graph out in layers by Sugiyama's method; igraph gives the layers and the order in each,
and scipy solves for the places. igraph (extra `graph`) is one wheel with its C core inside, without
dependencies of weight, and under steady development; grandalf, the other one in Python, has had no
release since 2023, and networkx's multipartite layout crosses edges freely.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from hodiff.errors import HodiffError, installing

GAP = 26.0  # points between nodes of a layer
LAYERS = 40.0  # and between layers
LONG_LINES = (8.0, 2.0, 1.0)  # how upright a line is to be: between bends, to a node, of nodes
SECONDS = 4.0  # that Graphviz gets
SOLVING = 3.0  # seconds that the linear program gets
INCH = 72.0
NONE = (
    "a picture needs a layout: install Graphviz (apt install graphviz), or"
    " {}; --out g.dot and g.mermaid need nothing"
)

Point = tuple[float, float]
Size = tuple[float, float]


class Layout(NamedTuple):
    """places: the middle of each node. routes: of each edge a start and curves, three points each,
    as SVG's C has them. y grows downward."""

    width: float
    height: float
    places: Mapping[str, Point]
    routes: Mapping[tuple[str, str], Sequence[Point]]


def layout(sizes: Mapping[str, Size], edges: Sequence[tuple[str, str]]) -> Layout:
    """A layered layout of nodes of these sizes.

    Raises HodiffError where there is neither Graphviz nor igraph.
    """
    program = graphviz()
    found = _by_graphviz(program, sizes, edges) if program else None
    return found or _by_igraph(sizes, edges)


def graphviz() -> str | None:
    """Graphviz's program, if there is one."""
    return shutil.which("dot")


def rendered(text: str, form: str) -> bytes:
    """What Graphviz makes of a text: png, svg. Raises HodiffError where there is none."""
    program = graphviz()
    if program is None:
        raise HodiffError(
            "usage",
            f"a {form} needs Graphviz, which isn't here: apt install graphviz, or take --out g.svg",
            source="--out",
        )
    return _run(program, text, form)


def _run(program: str, text: str, form: str) -> bytes:
    try:
        done = subprocess.run(
            [program, f"-T{form}"], input=text.encode(), capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        message = f"Graphviz takes over {SECONDS:.0f} s for this graph: take a lower --order"
        raise HodiffError("limit", message, source="--out") from None
    except OSError as fault:
        raise HodiffError("usage", f"'{program}' doesn't run: {fault}", source="--out") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0][:200]
        raise HodiffError("usage", f"Graphviz failed: {said}", source="--out")
    return done.stdout


def _by_graphviz(
    program: str, sizes: Mapping[str, Size], edges: Sequence[tuple[str, str]]
) -> Layout | None:
    ids = {name: f"n{i}" for i, name in enumerate(sizes)}
    lines = ["digraph {", f"graph [nodesep={GAP / INCH:.3f}, ranksep={LAYERS / INCH:.3f}];"]
    lines.append('node [shape=box, fixedsize=true, label=""];')
    for name, (width, height) in sizes.items():
        lines.append(f"{ids[name]} [width={width / INCH:.3f}, height={height / INCH:.3f}];")
    lines += [f"{ids[x]} -> {ids[y]} [arrowhead=none];" for x, y in edges]
    text = _run(program, "\n".join([*lines, "}"]), "plain").decode()
    names = {new: old for old, new in ids.items()}
    places: dict[str, Point] = {}
    routes: dict[tuple[str, str], Sequence[Point]] = {}
    width = height = 0.0
    for line in text.splitlines():
        kind, *words = line.split()
        if kind == "graph":
            width, height = float(words[1]) * INCH, float(words[2]) * INCH
        elif kind == "node":
            places[names[words[0]]] = (float(words[1]) * INCH, height - float(words[2]) * INCH)
        elif kind == "edge":
            numbers = list(map(float, words[3 : 3 + 2 * int(words[2])]))
            points = [
                (a * INCH, height - b * INCH)
                for a, b in zip(numbers[::2], numbers[1::2], strict=True)
            ]
            routes[names[words[0]], names[words[1]]] = points
    return Layout(width, height, places, routes) if places.keys() == sizes.keys() else None


def _by_igraph(sizes: Mapping[str, Size], edges: Sequence[tuple[str, str]]) -> Layout:
    try:
        from igraph import Graph  # start-up: pictures alone need it
    except ImportError:
        raise HodiffError("usage", NONE.format(installing("graph")), source="--out") from None
    numbers = {name: i for i, name in enumerate(sizes)}
    ends = [(numbers[x], numbers[y]) for x, y in edges]
    stops = [(0.0, 0)] * len(sizes)  # of each node and each bend: its place in a layer, the layer
    ways: list[list[int]] = [[]] * len(edges)
    left = 0.0
    # Part by part, side by side: of a graph in several parts igraph mixes up which line bends how.
    for part in Graph(len(sizes), ends).connected_components():
        own = {i: k for k, i in enumerate(part)}
        inside = [k for k, (i, _) in enumerate(ends) if i in own]
        graph = Graph(len(part), [[own[i] for i in ends[k]] for k in inside], directed=True)
        found = graph.layout_sugiyama(hgap=1, vgap=1)  # the layers, and the order in each
        for i, (x, y) in zip(part, found.coords, strict=True):
            stops[i] = (left + x, round(y))
        for k, between in zip(inside, found.edge_routing, strict=True):
            bends = range(len(stops), len(stops) + len(between))
            stops += [(left + x, round(y)) for x, y in between]
            ways[k] = [ends[k][0], *bends, ends[k][1]]
        left = max(x for x, _ in stops) + 1
    widths = [width for width, _ in sizes.values()] + [0.0] * (len(stops) - len(sizes))
    xs = _across(stops, widths, ways)
    half = [0.0] * (max(layer for _, layer in stops) + 1)  # of the highest node of each layer
    for name, (_, layer) in zip(sizes, stops, strict=False):
        half[layer] = max(half[layer], sizes[name][1] / 2)
    ys = list(accumulate(pairwise(half), lambda y, two: y + sum(two) + LAYERS, initial=0.0))
    middle = {name: (xs[i], ys[stops[i][1]]) for name, i in numbers.items()}
    routes: dict[tuple[str, str], Sequence[Point]] = {}
    for (x, y), way in zip(edges, ways, strict=True):
        lines = [(xs[i], ys[layer], half[layer]) for i in way for layer in [stops[i][1]]]
        passed = [point for p, q, high in lines for point in ((p, q - high), (p, q + high))]
        passed[0] = (xs[way[0]], middle[x][1] + sizes[x][1] / 2)
        passed[-1] = (xs[way[-1]], middle[y][1] - sizes[y][1] / 2)
        routes[x, y] = _curved(passed)
    return _moved(sizes, middle, routes)


def _across(
    stops: Sequence[tuple[float, int]], widths: Sequence[float], ways: Sequence[Sequence[int]]
) -> list[float]:
    """Where each stop of a layered layout goes from left to right: igraph leaves each bend of a
    line as much room as a node.

    The lines as upright as may be, long ones above all, with a gap between neighbours of a layer:
    the linear program of Gansner, Koutsofios, North and Vo, A technique for drawing directed
    graphs (1993), section 4, solved by HiGHS. Where that takes too long the stops are spread.
    """
    from scipy.optimize import linprog  # start-up: pictures alone need it
    from scipy.sparse import coo_array  # start-up

    n = len(stops)
    order = sorted(range(n), key=lambda i: (stops[i][1], stops[i][0]))
    apart = [
        (a, b, (widths[a] + widths[b]) / 2 + (GAP if widths[a] or widths[b] else GAP / 2))
        for a, b in pairwise(order)
        if stops[a][1] == stops[b][1]
    ]
    lines = [pair for way in ways for pair in pairwise(way)]
    entries: list[tuple[int, int, float]] = []  # row, column, factor
    most: list[float] = []
    for a, b, least in apart:  # x[a] - x[b] <= -least
        entries += [(len(most), a, 1.0), (len(most), b, -1.0)]
        most.append(-least)
    for k, (a, b) in enumerate(lines):  # |x[a] - x[b]| <= the length across of line k
        for sign in (1.0, -1.0):
            row = len(most)
            entries += [(row, a, sign), (row, b, -sign), (row, n + k, -1.0)]
            most.append(0.0)
    # A line between two bends is part of a long one.
    weights = [LONG_LINES[bool(widths[a]) + bool(widths[b])] for a, b in lines]
    rows, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
    matrix = coo_array((factors, (rows, columns)), shape=(len(most), n + len(lines)))
    found = linprog(
        [0.0] * n + weights, matrix.tocsr(), most, method="highs", options={"time_limit": SOLVING}
    )
    if found.x is None:
        wide = max(widths) + GAP
        return [x * wide for x, _ in stops]
    return [float(x) for x in found.x[:n]]


def _curved(way: Sequence[Point]) -> list[Point]:
    """A way as curves that begin and end upright: past what stands in a layer straight on."""
    found = [way[0]]
    for (a, b), (c, d) in pairwise(way):
        if (a, b) != (c, d):
            middle = (b + d) / 2
            found += [(a, middle), (c, middle), (c, d)]
    return found


def _moved(
    sizes: Mapping[str, Size],
    places: Mapping[str, Point],
    routes: Mapping[tuple[str, str], Sequence[Point]],
) -> Layout:
    """All of it, so that it begins at 0."""
    turns = [point for route in routes.values() for point in route]
    xs = [places[x][0] + side * width / 2 for x, (width, _) in sizes.items() for side in (-1, 1)]
    ys = [places[x][1] + side * high / 2 for x, (_, high) in sizes.items() for side in (-1, 1)]
    xs += [x for x, _ in turns]
    left, top = min(xs), min(ys)
    return Layout(
        max(xs) - left,
        max(ys) - top,
        {name: (x - left, y - top) for name, (x, y) in places.items()},
        {edge: [(x - left, y - top) for x, y in route] for edge, route in routes.items()},
    )
