"""report: the page is read as a browser reads it, here by Python's parser, with --browser by
Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import hodiff
from hodiff import HodiffError

pytest.importorskip("matplotlib")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
VOID = {"meta", "input", "br", "link", "hr", "img"}


class Page(HTMLParser):
    """The elements of a page, each with its attributes and the text in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any], list[str]]] = []
        self.open: list[tuple[str, dict[str, Any], list[str]]] = []
        self.feed(text)
        self.close()
        assert self.open == [], "an element has no end"

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        element: Any = (tag, dict(attrs), [])
        self.found.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1][0] == tag, f"</{tag}> in {self.open[-1][0]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for _, _, texts in self.open:
            texts.append(data)

    def all(self, tag: str) -> list[tuple[dict[str, Any], str]]:
        return [(attrs, "".join(texts)) for name, attrs, texts in self.found if name == tag]

    def text(self, id: str) -> str:
        (found,) = ["".join(t) for _, attrs, t in self.found if attrs.get("id") == id]
        return found


def made(folder: Path, text: str, **own: Any) -> Page:
    out = str(folder / "page.html")
    hodiff.calculate("report", text, out=out, **own)
    assert os.listdir(folder) == ["page.html"]
    return Page(Path(out).read_text("utf-8"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return made(tmp_path_factory.mktemp("page"), "2x*exp(-x)", at="x=1", order=2)


def test_the_page_has_everything(page: Page) -> None:
    sections = [attrs["id"] for attrs, _ in page.all("section")]
    assert sections == ["formula", "answer", "plot", "steps", "graph", "walk", "programs"]
    links = [attrs["href"] for attrs, _ in page.all("a")]
    assert {f"#{name}" for name in sections} <= set(links)
    assert len(page.all("math")) == 1 and len(page.all("svg")) == 2
    assert page.all("h1") == [({}, "2x*exp(-x)")]
    assert "2*x*exp(-x)" in page.all("header")[0][1]  # as it was read
    assert "sends" in page.text("walk")


def test_its_numbers_are_those_of_nth(page: Page) -> None:
    found = hodiff.calculate("nth", "2*x*exp(-x)", at="x=1", order=2)
    cells = [text for _, text in page.all("td")]
    for number in (found.value, *found.derivatives):
        assert str(number) in cells


def test_the_numbers_computed_ahead_are_right(page: Page) -> None:
    """2*(1 - x)*exp(-x), to the last digit."""
    held = json.loads(page.text("numbers"))
    (slider,) = held["sliders"]
    assert len(slider["at"]) == len(slider["values"]) == len(held["marks"]) == 41
    for x, values in list(zip(slider["at"], slider["values"], strict=True))[::8]:
        at = hodiff.calculate("nth", "2*x*exp(-x)", at=f"x={x}", order=2)
        assert values == [str(y) for y in (at.value, *at.derivatives)]
    for row in held["marks"]:
        assert len(row) == 3


def test_whoever_can_not_see_it_can_use_it(page: Page) -> None:
    ids = [attrs["id"] for _, attrs, _ in page.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    labels = {attrs["for"] for attrs, _ in page.all("label")}
    inputs = {attrs["id"] for attrs, _ in page.all("input")}
    assert inputs == {"slider-0", "order"} and inputs <= labels
    assert all("aria-valuetext" in attrs for attrs, _ in page.all("input"))
    for tag, attrs, _ in page.found:
        if attrs.get("tabindex") == "0":  # what scrolls has a name
            assert attrs["role"] == "region" and attrs["aria-label"], tag
    assert page.all("html")[0][0]["lang"] == "en"
    assert all(attrs["scope"] in ("col", "row") for attrs, _ in page.all("th"))


def test_nothing_is_loaded(page: Page) -> None:
    (policy,) = [a["content"] for a, _ in page.all("meta") if "http-equiv" in a]
    assert policy.startswith("default-src 'none'")
    for tag, attrs, _ in page.found:
        assert "src" not in attrs and tag not in ("link", "iframe", "object", "img")
        for name in ("href", "xlink:href"):
            assert attrs.get(name, "#").startswith("#")


def test_programs_run(page: Page) -> None:
    """The two that need nothing but what hodiff is installed with."""
    ours, _, numpy = [text for _, text in page.all("pre")]
    ran = subprocess.run([sys.executable, "-c", ours], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0 and "0.735758" in ran.stdout, ran.stderr
    used = f"{numpy}\nprint(f(1.0))"
    ran = subprocess.run([sys.executable, "-c", used], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0 and "0.7357" in ran.stdout, ran.stderr


def test_what_is_written_is_only_text(tmp_path: Path) -> None:
    found = made(tmp_path, "where(x<1, x, 2*x - 1)*1", at="x=3", order=1)
    assert found.all("h1") == [({}, "where(x<1, x, 2*x - 1)*1")]
    assert len(found.all("script")) == 2


@pytest.mark.parametrize(
    ("text", "own", "sliders"),
    [
        ("w1**2*sin(w2)", {"at": "w1=1,w2=pi/2"}, 2),
        ("a*b*c", {"at": "a=1,b=2,c=3"}, 3),
        ("k*x**2", {"let": "k=3", "at": "x=2"}, 1),
        ("tan(x)", {"over": "x=1:2"}, 1),
        ("a*b*c", {}, 0),
    ],
)
def test_other_questions(tmp_path: Path, text: str, own: dict[str, Any], sliders: int) -> None:
    found = made(tmp_path, text, order=1, **own)
    held = json.loads(found.text("numbers"))["sliders"] if sliders else []
    assert len(held) == sliders
    if text == "tan(x)":
        values = [row[0] for row in held[0]["values"]]
        assert all(re.fullmatch(r"-?[0-9.e-]+", value) for value in values)


@pytest.mark.parametrize(
    ("text", "own", "words"),
    [
        ("x**2", {"at": "x=1e400"}, "passes 8e+307"),
        ("x*y", {"at": "x=1,y=2", "wrt": "x"}, "needs y as a constant"),
        ("x**2", {"wrt": "z"}, "needs x as a constant"),
    ],
)
def test_what_has_no_plot_has_a_page(
    tmp_path: Path, text: str, own: dict[str, Any], words: str
) -> None:
    assert words in made(tmp_path, text, order=1, **own).text("plot")


def test_a_walk_that_sends_nothing(tmp_path: Path) -> None:
    shown = made(tmp_path, "floor(x)", at="x=1.5", order=1, seconds=0.2)
    assert "nothing" in shown.text("walk")


@pytest.mark.parametrize("over", ["x=1e6:1e6+1", "x=0:2*pi", "x=1e15:1e15+1"])
def test_positions_are_where_they_say(tmp_path: Path, over: str) -> None:
    """x**2 at each, to the last digit, from the position as it is shown."""
    shown = made(tmp_path, "x**2", over=over, order=1, seconds=0.2)
    (slider,) = json.loads(shown.text("numbers"))["sliders"]
    assert len(set(slider["at"])) == len(slider["at"]) > 8
    for x, values in list(zip(slider["at"], slider["values"], strict=True))[1:-1]:
        assert float(values[0]) == float(Fraction(x) ** 2)


def test_a_long_expression_has_its_programs(tmp_path: Path) -> None:
    text = " + ".join(f"{k}*x" for k in range(1, 200))
    found = made(tmp_path, text, at="x=1", order=1)
    assert len(text) > 1000 and text in found.all("pre")[0][1]


def test_where_a_range_has_no_value_the_slider_says_so(tmp_path: Path) -> None:
    found = made(tmp_path, "log(x)", at="x=1", order=1)
    held = json.loads(found.text("numbers"))["sliders"][0]
    x = held["at"].index("-0.5")
    assert held["values"][x][0] == "'log(x)' is undefined at this point"


@pytest.mark.parametrize(
    ("text", "own", "words"),
    [
        ("abs(x)", {"at": "x=0"}, "kink"),
        ("x", {"out": "page.pdf"}, "ends in .html"),
        ("x", {"out": "none/page.html"}, "make the folder 'none' first"),
        ("[x, x]", {}, "one number"),
        ("x", {"at": "x=2+/-0.1"}, "--over is the range"),
        ("x", {"order": 11}, "from 1 to 10"),
        ("x", {"at": "x=2", "over": "y=1:2"}, "--over is for x: leave out y"),
        ("x", {"at": "x=2", "over": "x=5:6"}, "point x of --at is outside"),
        ("x", {"over": "x=1:1"}, "is one point"),
    ],
)
def test_errors(tmp_path: Path, monkeypatch, text: str, own: dict[str, Any], words: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HodiffError, match=words):
        hodiff.calculate("report", text, **{"out": "page.html", **own})
    assert os.listdir(tmp_path) == []


# In a browser.


@pytest.fixture
def chromium(request: pytest.FixtureRequest) -> Any:
    if not request.config.getoption("browser"):
        pytest.skip("needs --browser")
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with api.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def test_in_chromium(chromium: Any, tmp_path: Path) -> None:
    made(tmp_path, "x*exp(-x)", at="x=1", order=2)
    context = chromium.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark")
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "page.html").as_uri())
    assert said == [] and asked == [(tmp_path / "page.html").as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", dark)[:3])) < 150

    slider = page.get_by_label("x", exact=True)
    slider.focus()
    before = page.locator("circle.here").nth(0).get_attribute("cx")
    slider.press("ArrowRight")
    assert page.locator("#slider-0-at").text_content() == "1.1"
    slope = hodiff.calculate("grad", "x*exp(-x)", at="x=1.1").gradient["x"]
    assert page.locator("#now-1").text_content() == str(slope)
    assert float(page.locator("circle.here").nth(0).get_attribute("cx")) > float(before)
    order = page.get_by_label("order", exact=True)
    order.focus()
    order.press("ArrowRight")
    assert page.locator("tr.now th").text_content() == "∂²f/∂x²"
    assert said == []

    # By keys alone: every stop has a name that is told.
    stops = page.evaluate(
        "[...document.querySelectorAll('a, input, [tabindex]')].map(x => x.labels?.length"
        " ? x.labels[0].textContent : x.ariaLabel || x.textContent)"
    )
    assert len(stops) > 10 and all(stops)

    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups())
    assert abs(width - 595) < 1 and abs(height - 842) < 1
