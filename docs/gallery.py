"""Draw the pictures of docs/pictures and write the page that shows them, docs/gallery.md.

    python docs/gallery.py          draw and write
    python docs/gallery.py --check  only say whether the page would change (exit 1 if so)

Pictures differ a little from one version of matplotlib or Graphviz to the next; tests/test_docs.py
looks at the page, and that each picture is there.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "pictures"


class Picture(NamedTuple):
    name: str
    title: str
    words: str
    command: str  # without --out


GALLERY = (
    Picture("lesson", "The lesson",
            "y = x² with one walk backward, first without `create_graph`, then with it: the 2x that"
            " the walk computes becomes a node, and can be differentiated again.",
            'hodiff graph "x**2" --both'),
    Picture("second-walk", "A walk over a walk",
            "Two walks through x·sin(x): what the first added is orange, what the second, green.",
            'hodiff graph "x*sin(x)" --order 2'),
    Picture("hessian-vector", "The Hessian times a vector",
            "∇(∇f·v) = H·v: the gradient in orange, its product with v in grey, and in green what"
            " the walk over that product adds. No second derivative is there by itself.",
            'hodiff graph "w1**2*sin(w2)" --v 0.5,1'),
    Picture("cubic", "A curve and its derivatives",
            "Roots and extrema are marked; each is proven.",
            'hodiff plot "x**3 - 3*x" --over x=-2.2:2.2 --order 0,1,2'),
    Picture("tangent", "Poles are left open",
            "No line bridges a pole: that it is there is proven, not guessed from large numbers.",
            'hodiff plot "tan(x)" --over x=-4:4 --order 0'),
    Picture("pieces", "Kinks and jumps",
            "The slope of what has a kink jumps there.",
            'hodiff plot "abs(x**2 - 1) + floor(x)/4" --over x=-2:2'),
    Picture("flat", "Smooth, and flat to every order",
            "exp(-1/x²) is undefined at 0, and the hole is said. Beside it nothing is lost.",
            'hodiff plot "exp(-1/x**2)" --over x=-2:2 --order 0,1,2'),
    Picture("wild", "What can't be drawn",
            "sin(1/x) turns too often near 0; that part is hatched.",
            'hodiff plot "sin(1/x)" --over x=-0.5:0.5 --order 0'),
    Picture("taylor", "A Taylor polynomial in its band",
            "The band is proven to hold the function, by the remainder.",
            'hodiff plot "cos(x)" --over x=-3:3 --order 0 --taylor 4 --at x=0'),
    Picture("saddle", "Two variables",
            "Contours, gradients, and at a point the directions in which f bends the most and the"
            " least: the Hessian's eigenvectors.",
            'hodiff plot "x**3 - 3*x*y**2" --over x=-1.5:1.5,y=-1.5:1.5 --at x=0.6,y=0.4'),
)  # fmt: skip

HEAD = """\
# Gallery

Each picture is what the command above it draws, with `--out FILE.svg`; without that, `plot` draws
in the terminal and `graph` prints a tree. The page is written by `docs/gallery.py`.
"""


def page() -> str:
    parts = [HEAD]
    for picture in GALLERY:
        parts.append(f"## {picture.title}\n\n{picture.words}\n")
        parts.append(f"```sh\n{picture.command} --out {picture.name}.svg\n```\n")
        parts.append(f"![{picture.title}](pictures/{picture.name}.svg)\n")
    return "\n".join(parts)


def draw(picture: Picture) -> None:
    words = shlex.split(picture.command)[1:]
    out = str(PICTURES / f"{picture.name}.svg")
    if words[0] == "plot":
        words += ["--seconds", "60"]  # so that a machine with much to do draws the same
    subprocess.run([sys.executable, "-m", "hodiff", *words, "--out", out], check=True, cwd=ROOT)


def main() -> int:
    new = page()
    if "--check" in sys.argv:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == new
        return 0 if same else 1
    PICTURES.mkdir(exist_ok=True)
    for picture in GALLERY:
        draw(picture)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
