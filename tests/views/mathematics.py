"""Formulas read as a person reads them, from what LaTeX, MathML and Typst show.

Each notation becomes one row of signs, in which nothing groups but what is seen: parentheses,
fraction bars, roots and raised text. The row is read by the rules of school: what has two readings
is refused. Nothing of hodiff is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from mpmath import mp, mpf

Sign = tuple[Any, ...]  # ("number", "1.5"), ("name", "w_1"), ("sign", "+"), ("raised", row) ...
Row = list[Sign]

GREEK = {"α": "alpha", "π": "pi", "ψ": "psi", "Γ": "Gamma"}
OPENS, CLOSES = "([⌊⌈|⟨", ")]⌋⌉|⟩"
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(mp, name) for name in (
        "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "sech", "csch", "coth",
        "erf", "erfc", "exp", "ln", "log",
    )},
    "arcsin": mp.asin, "arccos": mp.acos, "arctan": mp.atan, "arsinh": mp.asinh,
    "arccot": mp.acot, "arcsch": mp.acsch, "H": lambda x: (1 + mp.sign(x)) / 2,
    "logit": lambda x: mp.log(x / (1 - x)),
    "arcosh": mp.acosh, "artanh": mp.atanh, "sgn": mp.sign, "max": max, "min": min,
    "atan2": mp.atan2, "Gamma": mp.gamma, "psi": mp.digamma, "B": mp.beta,
    "sinc": lambda x: mp.sin(x) / x, "mod": lambda a, b: a - b * mp.floor(a / b),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)), "relu": lambda x: max(x, mpf(0)),
}  # fmt: skip
APPLIED = {"Gamma", "psi", "B", "H"}  # what is a function although it is written as a letter


# ------------------------------------------------------------------ LaTeX and Typst

LATEX = re.compile(r"\s+|\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|.")
LATEX_SIGNS = {
    r"\cdot": "⋅", r"\leq": "≤", r"\geq": "≥", r"\neq": "≠", r"\wedge": "∧", r"\vee": "∨",
    r"\neg": "¬", "-": "−", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉",
    r"\circ": "∘", r"\vert": "|", r"\langle": "⟨", r"\rangle": "⟩",
}  # fmt: skip


class Latex:
    def __init__(self, text: str) -> None:
        self.tokens = [x for x in LATEX.findall(text) if not x.isspace() and x != r"\,"]
        self.at = 0

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def group(self) -> Row:
        assert self.next() == "{"
        row = self.row("}")
        self.at += 1
        return row

    def word(self) -> str:
        assert self.next() == "{"
        end = self.tokens.index("}", self.at)
        text = "".join(self.tokens[self.at : end])
        self.at = end + 1
        return text

    def row(self, *ends: str) -> Row:
        found: Row = []
        while self.at < len(self.tokens) and self.tokens[self.at] not in ends:
            token = self.next()
            if token == r"\frac":
                found.append(("fraction", self.group(), self.group()))
            elif token == r"\binom":
                found.append(("binomial", self.group(), self.group()))
            elif token == r"\sqrt":
                index: Row = [("number", "2")]
                if self.tokens[self.at] == "[":
                    self.at += 1
                    index = self.row("]")
                    self.at += 1
                found.append(("root", self.group(), index))
            elif token == "^":
                found.append(("raised", self.group()))
            elif token == "_":
                found[-1] = lowered(found[-1], self.group())
            elif token in (r"\left", r"\right"):
                sign = self.next()
                kind = "open" if token == r"\left" else "close"
                found.append((kind, LATEX_SIGNS.get(sign, sign)))
            elif token == r"\operatorname":
                found.append(("function", self.word()))
            elif token == r"\mathrm":
                found.append(named(self.word().replace("\\", "")))
            elif token == r"\begin":
                assert self.word() == "cases"
                found.append(("cases", self.cases()))
            else:
                found.append(sign_of(LATEX_SIGNS.get(token, token.lstrip("\\"))))
        return found

    def cases(self) -> list[tuple[Row, Row | None]]:
        pairs: list[tuple[Row, Row | None]] = []
        while True:
            value = self.row("&")
            assert self.next() == "&" and self.next() == r"\text"
            test = self.row(r"\\", r"\end") if self.word() == "if" else None
            pairs.append((value, test))
            if self.next() == r"\end":
                assert self.word() == "cases"
                return pairs


TYPST = re.compile(r'\s+|"[^"]*"|[a-zA-Z]+|\d+(?:\.\d+)?|<=|>=|!=|.')
TYPST_SIGNS = {"compose": "∘", "dot": "⋅", "<=": "≤", ">=": "≥", "!=": "≠", "and": "∧", "or": "∨",
               "not": "¬", "-": "−"}  # fmt: skip


class Typst:
    def __init__(self, text: str) -> None:
        self.tokens = [x for x in TYPST.findall(text) if not x.isspace() and x != "thin"]
        self.at = 0

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def arguments(self) -> list[Row]:
        assert self.next() == "("
        rows = [self.row(",", ")")]
        while self.next() == ",":
            rows.append(self.row(",", ")"))
        return rows

    def script(self) -> Row:
        if self.tokens[self.at] == "(":
            (row,) = self.arguments()
            return row
        return [self.sign(self.next())]

    def sign(self, token: str) -> Sign:
        return named(token.strip('"')) if '"' in token else sign_of(TYPST_SIGNS.get(token, token))

    def row(self, *ends: str) -> Row:
        found: Row = []
        deep = 0
        while self.at < len(self.tokens) and (deep or self.tokens[self.at] not in ends):
            token = self.next()
            deep += (token == "(") - (token == ")")
            if token in ("frac", "root", "sqrt"):
                rows = self.arguments()
                if token == "frac":
                    found.append(("fraction", *rows))
                else:
                    found.append(("root", rows[-1], rows[0] if rows[1:] else [("number", "2")]))
            elif token == "binom":
                found.append(("binomial", *self.arguments()))
            elif token in ("abs", "floor", "ceil"):
                a, b = {"abs": "||", "floor": "⌊⌋", "ceil": "⌈⌉"}[token]
                (row,) = self.arguments()
                found += [("open", a), *row, ("close", b)]
            elif token == "op":
                assert self.next() == "("
                found.append(("function", self.next().strip('"')))
                assert self.next() == ")"
            elif token == "upright":
                assert self.next() == "("
                found.append(named(self.next().strip('"')))
                assert self.next() == ")"
            elif token == "cases":
                found.append(("cases", self.cases()))
            elif token == "^":
                found.append(("raised", self.script()))
            elif token == "_":
                found[-1] = lowered(found[-1], self.script())
            else:
                found.append(self.sign(token))
        return found

    def cases(self) -> list[tuple[Row, Row | None]]:
        assert self.next() == "("
        pairs: list[tuple[Row, Row | None]] = []
        while True:
            value = self.row("&")
            self.at += 1
            test = self.row(",", ")") if self.next() == '"if "' else None
            pairs.append((value, test))
            if self.next() == ")":
                return pairs


def typst_tree(x: Any) -> Row:
    """What Typst itself reads: the content of an equation, as JSON."""
    if isinstance(x, list):
        return [sign for y in x for sign in typst_tree(y)]
    kind = x["func"]
    if kind in ("space", "h"):
        return []
    if kind in ("sequence", "styled"):
        return typst_tree(x.get("children") or x["child"])
    if kind == "lr":
        (_, left), *row, (_, right) = typst_tree(x["body"])
        return [("open", left), *row, ("close", right)]
    if kind == "op":
        return [("function", x["text"]["text"])]
    if kind in ("symbol", "text"):
        return [sign_of(x["text"])]
    if kind == "frac":
        return [("fraction", typst_tree(x["num"]), typst_tree(x["denom"]))]
    if kind == "root":
        index = typst_tree(x["index"]) if "index" in x else [("number", "2")]
        return [("root", typst_tree(x["radicand"]), index)]
    if kind == "binom":
        return [("binomial", typst_tree(x["upper"]), typst_tree(x["lower"]))]
    if kind == "attach":
        row = typst_tree(x["base"])
        if "b" in x:
            row[-1] = lowered(row[-1], typst_tree(x["b"]))
        return [*row, ("raised", typst_tree(x["t"]))] if "t" in x else row
    assert kind == "cases", kind
    pairs: list[tuple[Row, Row | None]] = []
    for y in x["children"]:
        kinds = [z["func"] for z in y["children"]]
        at = kinds.index("align-point")
        word, *test = typst_tree(y["children"][at + 1 :])
        pairs.append((typst_tree(y["children"][:at]), test if word[1] == "if " else None))
    return [("cases", pairs)]


# ------------------------------------------------------------------ MathML


def mathml(text: str) -> Row:
    return elements(ElementTree.fromstring(text))


def elements(element: ElementTree.Element) -> Row:
    """What an element shows. A row groups nothing: it isn't seen."""
    tag, children = element.tag.rpartition("}")[2], list(element)
    rows = list(map(elements, children))
    if tag in ("math", "mrow", "mtd"):
        return cased([x for row in rows for x in row])
    if tag == "mfrac" and element.get("linethickness") == "0":
        return [("binomial", *rows)]
    if tag == "mfrac":
        return [("fraction", *rows)]
    if tag == "msqrt":
        return [("root", [x for row in rows for x in row], [("number", "2")])]
    if tag == "mroot":
        return [("root", *rows)]
    if tag == "msup":
        return [*rows[0], ("raised", rows[1])]
    if tag == "msub":
        return [*rows[0][:-1], lowered(rows[0][-1], rows[1])]
    if tag == "mtable":
        return [("table", [list(map(elements, row)) for row in children])]
    if tag == "mtr":
        return []
    text = element.text or ""
    if tag == "mtext":
        return [("text", text.strip())]
    if text in ("\u2061", "\u2062"):
        return []
    if text == "|":
        return [("open" if element.get("form") == "prefix" else "close", "|")]
    if tag == "mi":
        return [named(text)]
    return [sign_of(text)]


def cased(row: Row) -> Row:
    found: Row = []
    for sign in row:
        if sign[0] == "table":
            assert found.pop() == ("sign", "{")
            pairs = [(a, test[1:] if test[0] == ("text", "if") else None) for a, test in sign[1]]
            found.append(("cases", pairs))
        else:
            found.append(sign)
    return found


def sign_of(token: str) -> Sign:
    if token[0].isdigit():
        return "number", token
    if token in OPENS and token != "|":
        return "open", token
    if token in CLOSES and token != "|":
        return "close", token
    return named(token) if token[0].isalpha() else ("sign", token)


def named(text: str) -> Sign:
    text = GREEK.get(text, text)
    return ("function" if text in FUNCTIONS and text not in APPLIED else "name"), text


def lowered(base: Sign, index: Row) -> Sign:
    text = ",".join(str(sign[1]) for sign in index if sign[0] != "sign")
    return (base[0], f"{base[1]}_{text}")


# ------------------------------------------------------------------ reading a row


def value(row: Row, variables: Mapping[str, Any]) -> Any:
    """What a row says, in mpmath's numbers."""
    reader = Reader(row, variables)
    found = reader.condition()
    assert reader.at == len(row), f"unread: {row[reader.at :]}"
    return found


class Reader:
    def __init__(self, row: Row, variables: Mapping[str, Any]) -> None:
        self.row, self.variables, self.at = row, variables, 0

    def peek(self) -> Sign:
        return self.row[self.at] if self.at < len(self.row) else ("end", "")

    def take(self, *signs: str) -> str:
        kind, text = self.peek()[:2]
        if kind == "sign" and text in signs:
            self.at += 1
            return str(text)
        return ""

    def whole(self, row: Row) -> Any:
        return value(row, self.variables)

    def condition(self) -> Any:
        found = self.test()
        sign = self.take("∧", "∨")
        while sign:
            other = self.test()
            found = (found and other) if sign == "∧" else (found or other)
            assert not self.take("∧" if sign == "∨" else "∨"), "and beside or"
            sign = self.take("∧", "∨")
        return found

    def test(self) -> Any:
        if self.take("¬"):
            return not self.atom()
        a = self.sum()
        sign = self.take("<", "≤", ">", "≥", "=", "≠")
        if not sign:
            return a
        b = self.sum()
        return {"<": a < b, "≤": a <= b, ">": a > b, "≥": a >= b, "=": a == b, "≠": a != b}[sign]

    def sum(self) -> Any:
        found = -self.product() if self.take("−") else self.product()
        if self.peek() == ("function", "mod"):
            self.at += 1
            return FUNCTIONS["mod"](found, self.product())
        while sign := self.take("+", "−"):
            found = found + self.product() if sign == "+" else found - self.product()
        return found

    def product(self) -> Any:
        found, before = self.factor(), self.row[self.at - 1]
        while True:
            dotted = self.take("⋅")
            follows = self.peek()[0]
            if not dotted and follows not in (
                "number", "name", "function", "open", "fraction", "root", "cases", "binomial",
            ):  # fmt: skip
                return found
            if not dotted:
                assert follows != "number", "a number beside something"
                assert not (before[0] == "number" and follows == "fraction"), "2 1/2"
                assert not (before[0] == "name" and self.peek() == ("open", "(")), "x(...)"
            if self.peek() == ("function", "mod"):
                return found
            factor, before = self.factor(), self.row[self.at - 1]
            found = found * factor

    def factor(self) -> Any:
        kind, text = self.peek()[:2]
        if kind == "function" or (kind == "name" and text in APPLIED):
            after = self.row[self.at + 1 : self.at + 3]
            kinds = [sign[0] for sign in after]
            if kinds[:1] == ["open"] or kinds == ["raised", "open"]:
                return self.applied()
        found = self.atom()
        while self.take("!"):
            found = mp.factorial(found)
        if self.peek()[0] == "raised" and self.peek()[1] == [("sign", "∘")]:
            self.at += 1
            return mp.radians(found)
        if self.peek()[0] == "raised":
            exponent = self.whole(self.peek()[1])
            self.at += 1
            assert self.peek()[0] != "raised"
            found = mp.power(found, exponent)
        return found

    def applied(self) -> Any:
        name = self.peek()[1]
        self.at += 1
        raised = None
        if self.peek()[0] == "raised":
            raised = self.peek()[1]
            self.at += 1
        arguments = self.fenced()
        name, _, base = name.partition("_")
        if raised is not None and raised[0] == ("open", "("):
            assert name == "psi"
            found, raised = mp.polygamma(int(raised[1][1]), *arguments), None
        else:
            found = FUNCTIONS[name](*arguments, *([mpf(base)] if base else []))
        if self.peek()[0] == "raised":
            assert raised is None
            raised = self.peek()[1]
            self.at += 1
        return found if raised is None else mp.power(found, self.whole(raised))

    def fenced(self) -> list[Any]:
        sign = self.peek()[1]
        self.at += 1
        found = [self.condition()]
        while self.take(","):
            found.append(self.condition())
        assert self.peek() == ("close", CLOSES[OPENS.index(sign)]), self.peek()
        self.at += 1
        return [abs(x) for x in found] if sign == "|" else found

    def atom(self) -> Any:
        kind, *what = sign = self.peek()
        if kind == "open":
            (found,) = self.fenced()
            return {"⌊": mp.floor, "⌈": mp.ceil}.get(sign[1], lambda x: x)(found)
        self.at += 1
        if kind == "number":
            return mpf(what[0])
        if kind == "name":
            return self.named(what[0])
        if kind == "fraction":
            return self.whole(what[0]) / self.whole(what[1])
        if kind == "binomial":
            return mp.binomial(self.whole(what[0]), self.whole(what[1]))
        if kind == "root":
            return root(self.whole(what[0]), self.whole(what[1]))
        if kind == "cases":
            return next(self.whole(a) for a, test in what[0] if test is None or self.whole(test))
        raise AssertionError(f"{sign} where a factor should be")

    def named(self, name: str) -> Any:
        if name in self.variables:
            return self.variables[name]
        return {"pi": +mp.pi, "e": +mp.e}[name]


def root(x: Any, n: Any) -> Any:
    return -mp.root(-x, int(n)) if x < 0 and n == 3 else mp.root(x, int(n))


READERS: dict[str, Callable[[str], Row]] = {
    "latex": lambda text: Latex(text).row(),
    "typst": lambda text: Typst(text).row(),
    "mathml": mathml,
}
