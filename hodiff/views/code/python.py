"""Python, plain, on arrays and symbolic: math, NumPy, JAX, PyTorch, Polars, SymPy."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

from hodiff.views.code.syntax import CHOICE, Argument, Code, Definition, Function, nested, returned
from hodiff.views.parts import Part
from hodiff.views.printer import ATOM, OR, POWER, SUM, Written, inside

INDENT = "    "

# Tables: the function of the language, and how the target calls it.


def _calls(module: str, names: str, **others: str) -> dict[str, str]:
    """Calls of functions of one argument; others by their names here."""
    plain = {name: f"{module}.{name}({{}})" for name in names.split()}
    return plain | {name: text.replace("@", module) for name, text in others.items()}


_MATH = "sqrt exp log log10 log1p expm1 sin cos tan sinh cosh tanh"
_INVERSE = {
    name: f"@.arc{name[1:]}({{}})" for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")
}
_POLARS = "sqrt exp log log10 log1p sin cos tan sinh cosh tanh abs sign floor ceil cbrt"
_SAME_INVERSE = "asin acos atan asinh acosh atanh"


class Python(Code):
    """Floats, and the module math."""

    title = "Python"
    functions = _calls(
        "math", f"{_MATH} {_SAME_INVERSE} cbrt exp2 log2 erf erfc gamma lgamma",
        atan2="@.atan2({}, {})", hypot="@.hypot({}, {})", pow="@.pow({}, {})", abs="abs({})",
        floor="float(@.floor({}))", ceil="float(@.ceil({}))", round="float(round({}))",
        mod="({0:a} % {1:a})",
    )  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"pi": "math.pi", "e": "math.e"}
    keywords = frozenset((*keyword.kwlist, *keyword.softkwlist, "__debug__"))
    strict = True
    imports: tuple[tuple[str, str], ...] = (("math.", "import math"),)
    """What a function's text needs where it has a word."""

    def harmless(self, text: str) -> str:
        return super().harmless(text).replace("\\", "\\\\").replace('""', '\\"\\"')

    def power(self, part: Part, children: list[Written]) -> Written:
        base, exponent = children
        n = part.children[1].data if part.children[1].kind == "number" else None
        if n is None or n.denominator != 1:  # ** would go to complex numbers
            return self.filled("pow", children)
        return f"{inside(base, ATOM)}**{inside(exponent, POWER)}", POWER

    def where(self, part: Part, children: list[Written]) -> Written:
        test, a, b = (inside(x, OR) for x in children)
        return f"{a} if {test} else {b}", CHOICE

    def layout(self, f: Function) -> str:
        body = [*self.prepared(f), *map(self.defined, f.definitions)]
        body.append("return " + ", ".join(self.result(f, r.entries) for r in f.results))
        return self.written(f, ", ".join(f.arguments), body, self.about(f))

    def about(self, f: Function) -> list[str]:
        whats = {"value": "a number", "gradient": "a list", "hessian": "a list of rows"}
        return [returned(f, whats), "Outside the domain it raises what math raises."]

    def written(self, f: Function, parameters: str, body: list[str], about: list[str]) -> str:
        """A function with the imports that it needs."""
        lines = [*f.about, *about, ""]
        first, rest = lines[0], lines[1:]
        documentation = self.documented([first, *rest[:-1]], INDENT)
        text = "\n".join(INDENT + line if line else "" for line in body)
        imports = [line for word, line in self.imports if word in text or word in parameters]
        head = "\n".join(imports) + "\n\n\n" if imports else ""
        head += f"def {f.name}({parameters}):\n"
        return head + "\n".join(documentation) + "\n" + text

    def prepared(self, f: Function) -> list[str]:
        """What is done to arguments."""
        return []

    def defined(self, d: Definition) -> str:
        if d.guard is None:
            return f"{d.name} = {d.text[0]}"
        never = "False" if d.condition else "math.nan"
        return f"{d.name} = {inside(d.text, OR)} if {inside(d.guard, OR)} else {never}"

    def result(self, f: Function, entries: object) -> str:
        return nested(f, entries, lambda xs: f"[{', '.join(xs)}]")


class _Arrays(Python):
    """What works on arrays entry by entry: arguments are broadcast first."""

    strict = False
    module = ""
    chosen = "{}"
    operators: ClassVar[dict[str, str]] = {"and": "&", "or": "|", "not": "~"}
    asarray = ""
    broadcast = ""

    def reserved(self) -> set[str]:
        return super().reserved() | {self.module, "special", "math", "frame"}

    def power(self, part: Part, children: list[Written]) -> Written:
        if part in self.fixed:
            return super().power(part, children)
        base, exponent = children
        return f"{inside(base, ATOM)}**{inside(exponent, POWER)}", POWER

    def logic(self, part: Part, children: list[Written]) -> Written:
        if part in self.fixed:
            return PLAIN.logic(part, children)
        sign = f" {self.operators[part.data]} "
        return sign.join(inside(x, ATOM) for x in children), SUM - 1

    def not_(self, part: Part, children: list[Written]) -> Written:
        return PLAIN.not_(part, children) if part in self.fixed else super().not_(part, children)

    def where(self, part: Part, children: list[Written]) -> Written:
        if part.children[0] in self.fixed:
            if part not in self.fixed:  # a number that is chosen is one for each point
                children = [
                    (self.spread(x[0]), ATOM) if i and branch in self.fixed else x
                    for i, (branch, x) in enumerate(zip(part.children, children, strict=True))
                ]
            return PLAIN.where(part, children)
        test, a, b = (_decimal(x) for x, _ in children)
        return self.chosen.format(test, a, b), ATOM

    def prepared(self, f: Function) -> list[str]:
        names = ", ".join(f.arguments)
        converted = ", ".join(self.asarray.format(x) for x in f.arguments)
        if len(f.arguments) > 1:
            converted = self.broadcast.format(converted)
        return [f"{names} = {converted}"] if names else []

    def about(self, f: Function) -> list[str]:
        whats = {
            "value": "an array",
            "gradient": "an array, its first axis for the variable",
            "hessian": "an array, its first two axes for the variables",
        }
        return [returned(f, whats), "Arguments are arrays or numbers, broadcast to one shape."]

    def constant(self, part: Part, children: list[Written]) -> Written:
        """A call without variables, of math, which raises where arrays have nan: log(-2) of the
        slope of (-2)**x."""
        x = part.children[0]
        if part.data in ("log", "log2", "log10", "sqrt") and x.kind == "number" and x.data < 0:
            return "math.nan", ATOM
        return PLAIN.call(part, children)

    def spread(self, number: str) -> str:
        """A number as an array of the arguments' shape."""
        return f"{self.module}.full_like({next(iter(self.names_here.values()))}, {number})"

    def result(self, f: Function, entries: object) -> str:
        if not isinstance(entries, str):
            assert isinstance(entries, Sequence)
            return f"{self.module}.stack([{', '.join(self.result(f, x) for x in entries)}])"
        text = f.outputs[entries]
        if f.arguments and entries in f.fixed:  # a number
            return f"{self.module}.full_like({f.arguments[0]}, {text})"
        return text


_BESSEL = {
    "besselj": "@.jv({}, {})", "bessely": "@.yv({}, {})", "besseli": "@.iv({}, {})",
    "besselk": "@.kv({}, {})", "besselie": "@.ive({}, {})", "besselke": "@.kve({}, {})",
    "struveh": "@.struve({}, {})", "struvel": "@.modstruve({}, {})",
    "airyai": "@.airy({})[0]", "airyaiprime": "@.airy({})[1]",
    "airybi": "@.airy({})[2]", "airybiprime": "@.airy({})[3]",
    "legendrep": "@.eval_legendre({}, {})", "chebyshevt": "@.eval_chebyt({}, {})",
    "chebyshevu": "@.eval_chebyu({}, {})", "hermite": "@.eval_hermite({}, {})",
    "laguerre": "@.eval_laguerre({}, {})", "genlaguerre": "@.eval_genlaguerre({}, {}, {})",
    "gegenbauer": "@.eval_gegenbauer({}, {}, {})", "jacobi": "@.eval_jacobi({}, {}, {}, {})",
    "hyp0f1": "@.hyp0f1({}, {})", "hyp1f1": "@.hyp1f1({}, {}, {})",
    "hyp2f1": "@.hyp2f1({}, {}, {}, {})", "hypu": "@.hyperu({}, {}, {})",
    "elliprf": "@.elliprf({}, {}, {})", "elliprd": "@.elliprd({}, {}, {})",
    "elliprj": "@.elliprj({}, {}, {}, {})",
    "ellipf": "@.ellipkinc({}, {})", "ellipeinc": "@.ellipeinc({}, {})",
    "ellipk": "@.ellipk({})", "ellipe": "@.ellipe({})",
}  # fmt: skip


class Numpy(_Arrays):
    title = "NumPy"
    module = "np"
    chosen = "np.where({}, {}, {})"
    functions = _calls(
        "np", f"{_MATH} abs cbrt exp2 log2 floor ceil sign", **_INVERSE, atan2="@.arctan2({}, {})",
        hypot="@.hypot({}, {})", round="@.rint({})", mod="@.mod({}, {})", pow="math.pow({}, {})",
        max="@.maximum({}, {})", min="@.minimum({}, {})",
    ) | _calls(
        "special", "erf erfc gamma digamma erfi erfinv erfcinv erfcx",
        lgamma="@.gammaln({})", beta="@.beta({}, {})", polygamma="@.polygamma({}, {})",
        binomial="@.binom({}, {})",
        dawson="@.dawsn({})", normcdf="@.ndtr({})", norminv="@.ndtri({})", ei="@.expi({})",
        e1="@.exp1({})", lambertw="@.lambertw({}).real", lambertw_lower="@.lambertw({}, -1).real",
        si="@.sici({})[0]", ci="@.sici({})[1]", shi="@.shichi({})[0]", chi="@.shichi({})[1]",
        fresnels="@.fresnel({})[0]", fresnelc="@.fresnel({})[1]", gammainc="@.gammainc({}, {})",
        gammaincc="@.gammaincc({}, {})", betainc="@.betainc({}, {}, {})", zeta="@.zeta({})",
        hurwitz="@.zeta({}, {})", dilog="@.spence(1.0 - {:a})", **_BESSEL,
    )  # fmt: skip
    constants: ClassVar[dict[str, str]] = {
        "pi": "np.pi",
        "e": "np.e",
        "euler_gamma": "np.euler_gamma",
    }
    multiplies = 4
    imports = (
        ("math.", "import math\n"),
        ("np.", "import numpy as np"),
        ("special.", "from scipy import special"),
    )
    asarray = "np.asarray({}, dtype=float)"
    broadcast = "np.broadcast_arrays({})"

    def layout(self, f: Function) -> str:
        inner = [*map(self.defined, f.definitions)]
        inner.append("return " + ", ".join(self.result(f, r.entries) for r in f.results))
        body = ['with np.errstate(all="ignore"):', *(INDENT + line for line in inner)]
        return self.written(f, ", ".join(f.arguments), [*self.prepared(f), *body], self.about(f))


class Jax(_Arrays):
    """Without its exp2, which is exp(x*log(2)), rounded, its arctanh and its betainc, which lose
    digits."""

    title = "JAX"
    module = "jnp"
    chosen = "jnp.where({}, {}, {})"
    functions = _calls(
        "jnp", f"{_MATH} abs cbrt log2 floor ceil sign round",
        **{name: text for name, text in _INVERSE.items() if name != "atanh"},
        atan2="@.arctan2({}, {})", hypot="@.hypot({}, {})", mod="@.mod({}, {})",
        pow="math.pow({}, {})", max="@.maximum({}, {})", min="@.minimum({}, {})",
    ) | _calls(
        "special", "erf erfc gamma digamma erfinv erfcx", lgamma="@.gammaln({})",
        beta="@.beta({}, {})", polygamma="@.polygamma({}, {})", dawson="@.dawsn({})",
        normcdf="@.ndtr({})", norminv="@.ndtri({})", ei="@.expi({})", e1="@.exp1({})",
        si="@.sici({})[0]", ci="@.sici({})[1]", fresnels="@.fresnel({})[0]",
        fresnelc="@.fresnel({})[1]", gammainc="@.gammainc({}, {})",
        gammaincc="@.gammaincc({}, {})", hurwitz="@.zeta({}, {})", zeta="@.zeta({}, 1.0)",
        dilog="@.spence(1.0 - {:a})",
    )  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"pi": "jnp.pi", "e": "jnp.e"}
    imports = (
        ("math.", "import math\n"),
        ("jnp.", "import jax.numpy as jnp"),
        ("special.", "from jax.scipy import special"),
    )
    asarray = "jnp.asarray({}, dtype=float)"
    broadcast = "jnp.broadcast_arrays({})"

    def about(self, f: Function) -> list[str]:
        doubles = 'Doubles need jax.config.update("jax_enable_x64", True).'
        return [*super().about(f), doubles]


class Torch(_Arrays):
    """Without its polygamma, which has ten digits."""

    title = "PyTorch"
    module = "torch"
    chosen = "torch.where({}, {}, {})"
    functions = _calls(
        "torch", f"{_MATH} abs exp2 log2 floor ceil round {_SAME_INVERSE}",
        erf="@.erf({})", erfc="@.erfc({})", lgamma="@.lgamma({})", digamma="@.digamma({})",
        erfinv="@.erfinv({})", erfcx="@.special.erfcx({})", normcdf="@.special.ndtr({})",
        norminv="@.special.ndtri({})", gammainc="@.special.gammainc({}, {})",
        gammaincc="@.special.gammaincc({}, {})", hurwitz="@.special.zeta({}, {})",
        zeta="@.special.zeta({}, 1.0)",
        atan2="@.atan2({}, {})", hypot="@.hypot({}, {})", mod="@.remainder({}, {})",
        pow="math.pow({}, {})",
    )  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"pi": "torch.pi", "e": "torch.e"}
    imports = (("math.", "import math\n"), ("torch.", "import torch"))
    asarray = "torch.as_tensor({}, dtype=torch.float64)"
    broadcast = "torch.broadcast_tensors({})"

    def call(self, part: Part, children: list[Written]) -> Written:
        """A tensor's functions take no numbers of Python's, and where() would make them floats of
        32 bits."""
        if part in self.fixed and part.data in ("where", *PLAIN.functions):
            return self.constant(part, children)
        first = next(iter(self.names_here.values()), None)
        made = f"{first}.new_tensor({{}})" if first else "torch.tensor({}, dtype=torch.float64)"
        where = part.data == "where" and part.children[0] not in self.fixed
        wrapped = list(children)
        for i, x in enumerate(part.children):
            alone = i == 1 and all(x in self.fixed for x in part.children[1:])
            if x in self.fixed and (alone if where else part.data != "where"):
                wrapped[i] = made.format(children[i][0]), ATOM
        return super().call(part, wrapped)


class Polars(_Arrays):
    """Expressions on columns. A frame goes in: what is shared is a column, for a while."""

    title = "Polars"
    module = "pl"
    nan_last = True
    chosen = "pl.when({}).then({}).otherwise({})"
    functions: ClassVar[dict[str, str]] = {
        **{name: f"{{0:a}}.{name}()" for name in _POLARS.split()},
        **{name: f"{{0:a}}.arc{name[1:]}()" for name in _INVERSE},
        "atan2": "pl.arctan2({}, {})",
        "mod": "({0:a} % {1:a})",
        "pow": "math.pow({}, {})",
    }
    constants: ClassVar[dict[str, str]] = {"pi": "math.pi", "e": "math.e"}
    imports = (("math.", "import math\n"), ("pl.", "import polars as pl"))

    def call(self, part: Part, children: list[Written]) -> Written:
        if part in self.fixed and part.data == "sign":
            return "float(({0:a} > 0) - ({0:a} < 0))".format(Argument(children[0])), ATOM
        if part in self.fixed:
            return self.constant(part, children)
        if part.data == "atan2":
            fixed = [x in self.fixed for x in part.children]
            children = [
                (self.spread(x[0]), ATOM) if known else x
                for x, known in zip(children, fixed, strict=True)
            ]
        return super().call(part, children)

    def spread(self, number: str) -> str:
        return f"pl.lit({number}, pl.Float64)"

    def comparison(self, part: Part, children: list[Written]) -> Written:
        a, b = part.children
        if a is b and part.data == "!=" and a not in self.fixed:  # nan == nan here
            return f"{inside(children[0], ATOM)}.is_nan()", ATOM
        return super().comparison(part, children)

    def layout(self, f: Function) -> str:
        """Columns level by level; what is no result goes at the end."""
        body = [
            f"{x} = pl.col({quoted(column)}).cast(pl.Float64)"
            for x, column in zip(f.arguments, f.columns, strict=True)
        ]
        body += [self.defined(d) for d in f.definitions if d.fixed]
        columns = {
            d.name: d.name if f.outputs.get(d.name) == d.name else f"{f.name}.{d.name}"
            for d in f.definitions
            if not d.fixed
        }
        for level in f.levels(fixed=False):
            made = ", ".join(
                f"{inside(d.text, ATOM)}.alias({quoted(columns[d.name])})" for d in level
            )
            body.append(f"frame = frame.with_columns({made})")
            body += [f"{d.name} = pl.col({quoted(columns[d.name])})" for d in level]
        others = [
            (f"pl.lit({text}, pl.Float64)" if name in f.fixed else inside((text, OR), ATOM))
            + f".alias({quoted(name)})"
            for name, text in f.outputs.items()
            if columns.get(name) != name
        ]
        result = f"frame.with_columns({', '.join(others)})" if others else "frame"
        held = [quoted(column) for name, column in columns.items() if column != name]
        body.append(f"return {result}" + (f".drop({', '.join(held)})" if held else ""))
        told = ", ".join(f.outputs)
        about = [f"Returns the frame, lazy or not, with the columns {told}."]
        return self.written(f, "frame", body, about)


class Sympy(Python):
    """Exact expressions of symbols."""

    title = "SymPy"
    exact = True
    strict = False
    functions = _calls(
        "sp", f"sqrt exp log sin cos tan sec csc cot sinh cosh tanh sech csch coth {_SAME_INVERSE} "
        "asec acsc acot asech acsch acoth factorial erf erfc gamma digamma sign floor erfi erfinv "
        "li fresnels fresnelc zeta",
        heaviside="@.Heaviside({}, @.Rational(1, 2))", binomial="@.binomial({}, {})",
        abs="@.Abs({})", ceil="@.ceiling({})",
        log2="@.log({}, 2)", log10="@.log({}, 10)", max="@.Max({}, {})", min="@.Min({}, {})",
        atan2="@.atan2({}, {})", mod="@.Mod({}, {})", lgamma="@.log(@.Abs(@.gamma({})))",
        polygamma="@.polygamma({}, {})", beta="@.beta({}, {})", lambertw="@.LambertW({})",
        lambertw_lower="@.LambertW({}, -1)", ei="@.Ei({})", e1="@.expint(1, {})",
        expint="@.expint({}, {})", si="@.Si({})", ci="@.Ci({})", shi="@.Shi({})", chi="@.Chi({})",
        lowergamma="@.lowergamma({}, {})", uppergamma="@.uppergamma({}, {})",
        gammainc="(@.lowergamma({0}, {1})/@.gamma({0}))",
        gammaincc="(@.uppergamma({0}, {1})/@.gamma({0}))",
        betainc="@.betainc_regularized({}, {}, 0, {})", hurwitz="@.zeta({}, {})",
        polylog="@.polylog({}, {})", dilog="@.polylog(2, {})",
        **{name: f"@.{name}({{}}, {{}})" for name in (
            "besselj", "bessely", "besseli", "besselk", "chebyshevt", "chebyshevu", "hermite",
            "laguerre",
        )},
        legendrep="@.legendre({}, {})", genlaguerre="@.assoc_laguerre({}, {}, {})",
        gegenbauer="@.gegenbauer({}, {}, {})", jacobi="@.jacobi({}, {}, {}, {})",
        hyp0f1="@.hyper([], [{}], {})", hyp1f1="@.hyper([{}], [{}], {})",
        hyp2f1="@.hyper([{}, {}], [{}], {})", ellipk="@.elliptic_k({})",
        ellipf="@.elliptic_f({}, {})", ellipeinc="@.elliptic_e({}, {})",
        ellipe="@.elliptic_e({})",
        **{name: f"@.{name}({{}})" for name in ("airyai", "airyaiprime", "airybi", "airybiprime")},
    )  # fmt: skip
    constants: ClassVar[dict[str, str]] = {
        **{"pi": "sp.pi", "e": "sp.E", "euler_gamma": "sp.EulerGamma", "catalan": "sp.Catalan"},
        "golden_ratio": "sp.GoldenRatio",
    }
    imports = (("sp.", "import sympy as sp"),)

    def reserved(self) -> set[str]:
        return super().reserved() | {"map"}

    def rational(self, x: Fraction) -> str:
        if x.denominator == 1:
            return str(x.numerator)
        return f"sp.Rational({x.numerator}, {x.denominator})"

    def power(self, part: Part, children: list[Written]) -> Written:
        base, exponent = children
        if part.children[0].kind == "number" and part.children[1].kind == "number":
            base = f"sp.Integer({base[0]})" if base[0].lstrip("-").isdigit() else base[0], ATOM
        return f"{inside(base, ATOM)}**{inside(exponent, POWER)}", POWER

    def where(self, part: Part, children: list[Written]) -> Written:
        test, a, b = (x for x, _ in children)
        return f"sp.Piecewise(({a}, {test}), ({b}, True))", ATOM

    def comparison(self, part: Part, children: list[Written]) -> Written:
        a, b = children
        if part.data in ("==", "!="):
            return f"sp.{'Eq' if part.data == '==' else 'Ne'}({a[0]}, {b[0]})", ATOM
        return super().comparison(part, children)

    def logic(self, part: Part, children: list[Written]) -> Written:
        name = {"and": "And", "or": "Or"}[part.data]
        return f"sp.{name}({', '.join(x for x, _ in children)})", ATOM

    def not_(self, part: Part, children: list[Written]) -> Written:
        return f"sp.Not({children[0][0]})", ATOM

    def prepared(self, f: Function) -> list[str]:
        names = ", ".join(f.arguments)
        return (
            [f"{names} = map(sp.sympify, ({names}))"]
            if len(f.arguments) > 1
            else [f"{names} = sp.sympify({names})"] * bool(names)
        )

    def about(self, f: Function) -> list[str]:
        whats = {"value": "an expression", "gradient": "a list", "hessian": "a list of rows"}
        return [returned(f, whats), "Arguments are symbols or exact numbers."]


def _decimal(text: str) -> str:
    """A whole number with a point: chosen numbers alone would be whole ones."""
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def quoted(column: str) -> str:
    """A column's name as Python's text: names have no quotes."""
    return f'"{column}"'


PLAIN = Python()
"""Writes what has no variables, where functions take arrays alone."""
