"""C, C++, Rust, JavaScript; and Julia, whose formulas are theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from hodiff.views.code import words
from hodiff.views.code.syntax import CHOICE, Code, Definition, Function, nested, returned
from hodiff.views.parts import Part
from hodiff.views.printer import ATOM, OR, POWER, Written, inside

INDENT = "    "

_ONE = "sqrt cbrt exp expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh"
_ONE += " acosh atanh floor ceil"
_RUST_ONE = "sqrt cbrt exp exp2 log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh atanh"
_RUST_ONE += " floor ceil abs"
_TWO = "hypot mod max min beta polygamma"


class _Braces(Code):
    floats = True
    operators: ClassVar[dict[str, str]] = {"and": "&&", "or": "||", "not": "!"}
    comment = ("/**\n", " * ", " */")
    ends = ";"
    parameter = "double {}"

    def truth(self, x: bool) -> str:
        return "true" if x else "false"

    def harmless(self, text: str) -> str:
        return super().harmless(text).replace("*/", "* /").replace("/*", "/ *")

    def documented(self, lines: Sequence[str], indent: str = "") -> list[str]:
        return ["/**", *(f" * {self.harmless(x)}".rstrip() for x in lines), " */"]

    def lists(self, f: Function, entries: object) -> str:
        return nested(f, entries, lambda xs: f"[{', '.join(xs)}]")

    def parameters(self, f: Function) -> str:
        return ", ".join(self.parameter.format(x) for x in f.arguments)

    def written(self, head: list[str], opening: str, body: list[str], closing: str = "}") -> str:
        return "\n".join([*head, opening, *(INDENT + line for line in body), closing])

    def defined(self, d: Definition) -> str:
        raise NotImplementedError


class C(_Braces):
    title = "C"
    functions: ClassVar[dict[str, str]] = {
        **{name: f"{name}({{}})" for name in (*_ONE.split(), "exp2", "erf", "erfc", "lgamma")},
        "abs": "fabs({})", "round": "rint({})", "gamma": "tgamma({})", "atan2": "atan2({}, {})",
        "hypot": "hypot({}, {})", "fmod": "fmod({}, {})", "pow": "pow({}, {})",
    }  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"pi": "3.141592653589793", "e": "2.718281828459045"}
    keywords = words.C
    unicode = False
    multiplies = 4

    def truth(self, x: bool) -> str:
        return "1" if x else "0"

    def defined(self, d: Definition) -> str:
        return f"const {'int' if d.condition else 'double'} {d.name} = {d.text[0]};"

    def layout(self, f: Function) -> str:
        body = [self.defined(d) for d in f.definitions]
        parameters, kind, about = [self.parameters(f)] if f.arguments else [], "void", []
        last = None
        for result in f.results:
            if result.what == "value":
                kind, last = "double", f"return {f.outputs[result.entries]};"
                about.append("Returns the value.")
                continue
            flat = [result.entries] if isinstance(result.entries, str) else result.entries
            if flat and not isinstance(flat[0], str):
                flat = [x for row in flat for x in row]
            body += [f"{result.what}[{i}] = {f.outputs[x]};" for i, x in enumerate(flat)]
            parameters.append(f"double {result.what}[{len(flat)}]")
            rows = ", row by row" if result.what == "hessian" else ""
            told = result.what.replace("hess", "Hess")
            about.append(f"Writes the {told} into {result.what}[{len(flat)}]{rows}.")
        opening = f"{kind} {f.name}({', '.join(parameters) or 'void'})"
        head = ["#include <math.h>", "", *self.documented([*f.about, " ".join(about)])]
        return self.written(head, opening + " {", [*body, *([last] if last else [])])


class Cpp(C):
    title = "C++"
    functions: ClassVar[dict[str, str]] = {
        name: f"std::{text}" for name, text in C.functions.items()
    }
    keywords = words.C | words.CPP

    def reserved(self) -> set[str]:
        return super().reserved() | {"array", "result"}

    def truth(self, x: bool) -> str:
        return "true" if x else "false"

    def defined(self, d: Definition) -> str:
        return f"const {'bool' if d.condition else 'double'} {d.name} = {d.text[0]};"

    def layout(self, f: Function) -> str:
        kinds = {r.what: _array(r.entries) for r in f.results}
        head, kind = ["#include <array>", "#include <cmath>", ""], next(iter(kinds.values()))
        values = ", ".join(_braced(f, r.entries) for r in f.results)
        if len(kinds) > 1:
            kind = f"{f.name}_result"
            fields = [f"{k} {w};" for w, k in kinds.items()]
            head += [self.written([], f"struct {kind} {{", fields, "};").lstrip("\n"), ""]
            values = f"{{{values}}}"
        head += self.documented([*f.about, returned(f, kinds)])
        body = [*(self.defined(d) for d in f.definitions), f"return {values};"]
        return self.written(head, f"inline {kind} {f.name}({self.parameters(f)}) {{", body)


def _array(entries: object) -> str:
    if isinstance(entries, str):
        return "double"
    assert isinstance(entries, list)
    return f"std::array<{_array(entries[0])}, {len(entries)}>"


def _braced(f: Function, entries: Any) -> str:
    """std::array of rows takes one more pair of braces than it has lists."""
    if isinstance(entries, str):
        return f.outputs[entries]
    inner = ", ".join(_braced(f, x) for x in entries)
    return f"{{{{{inner}}}}}"


LITERAL = re.compile(r"(?<![\w.])\d+\.?\d*(e[-+]?\d+)?")


class Rust(_Braces):
    title = "Rust"
    functions: ClassVar[dict[str, str]] = {
        **{
            name: f"{{0:a}}.{name}()"
            for name in _RUST_ONE.split()
        },
        "expm1": "{0:a}.exp_m1()", "log": "{0:a}.ln()", "log1p": "{0:a}.ln_1p()",
        "round": "{0:a}.round_ties_even()", "atan2": "{0:a}.atan2({1})",
        "hypot": "{0:a}.hypot({1})", "pow": "{0:a}.powf({1})", "fmod": "({0:a} % {1:a})",
    }  # fmt: skip
    constants: ClassVar[dict[str, str]] = {
        "pi": "std::f64::consts::PI",
        "e": "std::f64::consts::E",
    }
    keywords = words.RUST
    unicode = False
    multiplies = 4
    parameter = "{}: f64"

    def documented(self, lines: Sequence[str], indent: str = "") -> list[str]:
        return [f"/// {self.harmless(x)}".rstrip() for x in lines]

    def filled(self, function: str, children: list[Written]) -> Written:
        (text, precedence), *rest = children
        text = _typed(text)
        bare = [(_bare(x), x[1] if _bare(x) == x[0] else CHOICE) for x in rest]
        return super().filled(function, [(text, precedence), *bare])

    def where(self, part: Part, children: list[Written]) -> Written:
        test, a, b = (_bare(x) for x in children)
        return f"(if {test} {{ {_typed(a)} }} else {{ {b} }})", ATOM

    def defined(self, d: Definition) -> str:
        return f"let {d.name}: {'bool' if d.condition else 'f64'} = {_bare(d.text)};"

    def layout(self, f: Function) -> str:
        kinds = [_rust_array(r.entries) for r in f.results]
        kind = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
        values = ", ".join(self.lists(f, r.entries) for r in f.results)
        body = [*(self.defined(d) for d in f.definitions)]
        body.append(values if len(kinds) == 1 else f"({values})")
        whats = dict(zip((r.what for r in f.results), kinds, strict=True))
        head = self.documented([*f.about, returned(f, whats)])
        names = [*f.arguments, *(d.name for d in f.definitions)]
        if any(x != x.lower() for x in names):
            head.append("#[allow(non_snake_case)]")
        return self.written(head, f"pub fn {f.name}({self.parameters(f)}) -> {kind} {{", body)


def _typed(text: str) -> str:
    """A text of literals alone with the type of one, without which it has no methods."""
    return text if re.search("[a-z]", LITERAL.sub("", text)) else LITERAL.sub(r"\g<0>_f64", text, 1)


def _bare(written: Written) -> str:
    """A text without parentheses around all of it, which rustc warns of."""
    text, _ = written
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if not depth:
            return text[1:-1] if i == len(text) - 1 > 0 else text
    return text


def _rust_array(entries: object) -> str:
    if isinstance(entries, str):
        return "f64"
    assert isinstance(entries, list)
    return f"[{_rust_array(entries[0])}; {len(entries)}]"


class JavaScript(_Braces):
    title = "JavaScript"
    floats = False
    functions: ClassVar[dict[str, str]] = {
        **{name: f"Math.{name}({{}})" for name in (*_ONE.split(), "abs", "sign")},
        **{name: f"Math.{name}({{}}, {{}})" for name in ("atan2", "hypot", "pow", "max", "min")},
        "fmod": "({0:a} % {1:a})",
    }
    constants: ClassVar[dict[str, str]] = {"pi": "Math.PI", "e": "Math.E"}
    keywords = words.JS
    operators: ClassVar[dict[str, str]] = {**_Braces.operators, "==": "===", "!=": "!=="}
    multiplies = 4
    parameter = "{}"

    def defined(self, d: Definition) -> str:
        return f"const {d.name} = {d.text[0]};"

    def layout(self, f: Function) -> str:
        values = [(r.what, self.lists(f, r.entries)) for r in f.results]
        told = values[0][1]
        if len(values) > 1:
            told = f"{{ {', '.join(w if w == v else f'{w}: {v}' for w, v in values)} }}"
        sizes = {"value": "a number", "gradient": "an array", "hessian": "an array of rows"}
        body = [*(self.defined(d) for d in f.definitions), f"return {told};"]
        head = self.documented([*f.about, returned(f, sizes)])
        return self.written(head, f"function {f.name}({self.parameters(f)}) {{", body)


BESSEL = ("besselj", "bessely", "besseli", "besselk")
AIRY = ("airyai", "airyaiprime", "airybi", "airybiprime")


class Julia(_Braces):
    title = "Julia"
    functions: ClassVar[dict[str, str]] = {
        **{
            name: f"{name}({{}})"
            for name in (
                *_ONE.split(), "exp2", "abs", "sign", "round", "sec", "csc", "cot", "sech", "csch",
                "coth", "erf", "erfc", "gamma", "digamma", "erfi", "erfinv", "erfcinv", "erfcx",
                *["asec", "acsc", "acot", "asech", "acsch", "acoth", "sind", "cosd", "tand"],
                "dawson", "zeta",
            )
        },
        **{
            name: f"{name}({{}}, {{}})" for name in (*_TWO.split(), *BESSEL)
        },
        **{name: f"{name}({{}})" for name in AIRY},
        "atan2": "atan({}, {})", "lgamma": "logabsgamma({})[1]", "ei": "expinti({})",
        "e1": "expint({})", "si": "sinint({})", "ci": "cosint({})",
    }  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"pi": "pi", "e": "exp(1.0)"}
    keywords = words.JULIA
    strict = True
    parameter = "{}::Real"

    def documented(self, lines: Sequence[str], indent: str = "") -> list[str]:
        return ['"""', *(self.harmless(x) for x in lines), '"""']

    def harmless(self, text: str) -> str:
        text = Code.harmless(self, text)
        for sign in ("\\", '"', "$"):
            text = text.replace(sign, "\\" + sign)
        return text

    def power(self, part: Part, children: list[Written]) -> Written:
        base, exponent = children
        n = part.children[1].data if part.children[1].kind == "number" else None
        if n is not None and n.denominator == 1 and abs(n) < 2**31:  # x^2, which is x*x
            exponent = (str(n.numerator), ATOM if n >= 0 else OR)
        return f"{inside(base, ATOM)}^{inside(exponent, ATOM)}", POWER

    def defined(self, d: Definition) -> str:
        if d.guard is None:
            return f"{d.name} = {d.text[0]}"
        never = "false" if d.condition else "NaN"
        return f"{d.name} = {inside(d.guard, OR)} ? {inside(d.text, OR)} : {never}"

    def layout(self, f: Function) -> str:
        names = ", ".join(f.arguments)
        body = [f"{names} = float({names})"] if len(f.arguments) == 1 else []
        if len(f.arguments) > 1:
            body = [f"{names} = float.(({names}))"]
        body += [self.defined(d) for d in f.definitions]
        values = []
        for r in f.results:
            if r.what == "hessian":  # [a -b] would be two entries, or one
                rows = ", ".join(self.lists(f, row) for row in r.entries)
                values.append(f"permutedims(hcat({rows}))")
            else:
                values.append(self.lists(f, r.entries))
        body.append(f"return {', '.join(values)}")
        text = "\n".join(body)
        used = [x for x in SPECIAL if f"{x}(" in text]
        head = [f"using SpecialFunctions: {', '.join(used)}", ""] if used else []
        sizes = {"value": "a number", "gradient": "a vector", "hessian": "a matrix"}
        throws = "Outside the domain it throws what Julia throws."
        head += self.documented([*f.about, returned(f, sizes), throws])
        return self.written(head, f"function {f.name}({self.parameters(f)})", body, "end")


SPECIAL = (
    "erf", "erfc", "gamma", "digamma", "polygamma", "beta", "logabsgamma", "erfi", "erfinv",
    "erfcinv", "erfcx", "dawson", "zeta", "expinti", "expint", "sinint", "cosint",
    *BESSEL, *AIRY,
)  # fmt: skip
"""What Julia has in a package."""
