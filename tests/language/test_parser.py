"""Text to syntax tree: what is read, as Python reads it, and what is refused, where and why."""

import ast
import re
import string
import subprocess
import sys
import unicodedata
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hodiff.errors import HodiffError
from hodiff.language.checks import CHARACTERS, LETTERS, MAX_BYTES, MAX_NESTING
from hodiff.language.grammar import MAX_DIGITS, MAX_EXPONENT, Node
from hodiff.language.parser import parse
from tests.lengths import examples

ROOT = Path(__file__).resolve().parents[2]


def label(value):
    """The name of a test case: texts alone, and not all of a long one."""
    return ascii(value)[:30] if isinstance(value, str) else ""


def short(node):
    """The tree as one line: (add x 1)."""
    if node is None:
        return "-"
    if node.kind in ("number", "name"):
        return str(node.value)
    if node.kind in ("operation", "call"):
        head = node.value
    elif node.kind == "compare":
        head = ",".join(node.value)
    elif node.kind in ("binding", "file"):
        head = f"{node.kind} {node.value}"
    elif node.kind == "definition":
        name, parameters = node.value
        head = f"let {name}" if parameters is None else f"let {name}({','.join(parameters)})"
    else:
        head = node.kind
    return f"({' '.join([head, *map(short, node.children)])})"


def result(text, strict=False):
    """The expression of a program without definitions."""
    tree = parse(text, strict=strict)
    assert tree.kind == "program"
    (expression,) = tree.children
    return expression


def refusal(text, start="program", source="EXPR", strict=False):
    with pytest.raises(HodiffError) as caught:
        parse(text, start, source, strict)
    return caught.value


def below(tree):
    """All nodes of a tree that may be very deep."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        todo += [child for child in node.children if child is not None]


# ------------------------------------------------------------------ what is read


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("sin(x)", "(sin x)"),
        ("f()", "(f)"),
        ("atan2(y, x)", "(atan2 y x)"),
        ("x(x+1)", "(x (add x 1))"),
        ("-x**2", "(neg (pow x 2))"),
        ("2**-x", "(pow 2 (neg x))"),
        ("x**y**z", "(pow x (pow y z))"),
        ("x^y^z", "(pow x (pow y z))"),
        ("a+b-c", "(sub (add a b) c)"),
        ("a/b*c//d%e@f", "(matmul (mod (floordiv (mul (div a b) c) d) e) f)"),
        ("-x*+y", "(mul (neg x) (pos y))"),
        ("not a < b and c or d", "(or (and (not (lt a b)) c) d)"),
        ("a < b <= c", "(lt,le a b c)"),
        ("(a < b) < c", "(lt (lt a b) c)"),
        ("a>b>=c==d!=e", "(gt,ge,eq,ne a b c d e)"),
        ("[a, [b, 1]]", "(vector a (vector b 1))"),
        ("v[0]", "(index v 0)"),
        ("v[-1]", "(index v (neg 1))"),
        ("v[1:3]", "(index v (slice 1 3 -))"),
        ("v[:]", "(index v (slice - - -))"),
        ("v[::2]", "(index v (slice - - 2))"),
        ("v[1:2:3]", "(index v (slice 1 2 3))"),
        ("A[0, 1]", "(index A 0 1)"),
        ("A[:, 0]", "(index A (slice - - -) 0)"),
        ("f(x)[0][1]", "(index (index (f x) 0) 1)"),
        ("(x)[0]", "(index x 0)"),
        ("[1, 2][0]", "(index (vector 1 2) 0)"),
        ("x**v[0]**2", "(pow x (pow (index v 0) 2))"),
        ("lambda*in + is - if", "(sub (add (mul lambda in) is) if)"),
        ("android + nothing - orb", "(sub (add android nothing) orb)"),
        (" x\n + \t1 ", "(add x 1)"),
        ("π*ϕ + ϵ + ϑ + Ω", "(add (add (add (mul pi ϕ) ϵ) ϑ) Ω)"),
        ("π2", "π2"),
        ("\u00b5", "\u03bc"),
        ("\u00b5(x)", "(\u03bc x)"),
    ],
)
def test_expressions(text, tree):
    assert short(result(text)) == tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("0", 0),
        ("007", 7),
        ("1_000", 1000),
        ("0.1", Fraction(1, 10)),
        ("1.5", Fraction(3, 2)),
        (".5", Fraction(1, 2)),
        ("1.", 1),
        ("2.0", 2),
        ("1e3", 1000),
        ("1.5E+1", 15),
        ("1e-3", Fraction(1, 1000)),
        ("10e-1", 1),
        ("1_0.2_5e0_1", Fraction(205, 2)),
        ("0.0", 0),
        ("0e-5", 0),
        ("1e" + "0" * 5000 + "2", 100),  # longer than Python's int() reads
        ("9" * MAX_DIGITS, int("9" * MAX_DIGITS)),
        (f"1e{MAX_EXPONENT}", 10**MAX_EXPONENT),
        (f"1e-{MAX_EXPONENT}", Fraction(1, 10**MAX_EXPONENT)),
    ],
    ids=label,
)
def test_numbers_are_exact(text, value):
    number = result(text)
    assert number.kind == "number"
    assert number.value == value
    assert type(number.value) is type(value)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a = x**2; sin(a) + a", "(program (let a (pow x 2)) (add (sin a) a))"),
        (
            "f(t) = t*exp(-t); f(x)*f(y)",
            "(program (let f(t) (mul t (exp (neg t)))) (mul (f x) (f y)))",
        ),
        ("f(a, π) = a;\nf() = 1;\nx = x;\nx", "(program (let f(a,pi) a) (let f() 1) (let x x) x)"),
    ],
)
def test_definitions(text, tree):
    assert short(parse(text)) == tree


@pytest.mark.parametrize(
    ("start", "text", "tree"),
    [
        ("bindings", "x=2,y=pi/2", "(bindings (binding x 2) (binding y (div pi 2)))"),
        ("bindings", "a=1,b=atan2(1,2)", "(bindings (binding a 1) (binding b (atan2 1 2)))"),
        (
            "bindings",
            "w=[1, 2], π = -1",
            "(bindings (binding w (vector 1 2)) (binding pi (neg 1)))",
        ),
        ("bindings", "x=2+/-0.1", "(bindings (binding x (interval 2 1/10)))"),
        ("bindings", "x=2 ± 0.1", "(bindings (binding x (interval 2 1/10)))"),
        ("bindings", "x=2+-0.1", "(bindings (binding x (add 2 (neg 1/10))))"),
        (
            "bindings",
            "w=@w.npy,X= @my data (é).csv ,y=2",
            "(bindings (binding w (file w.npy)) (binding X (file my data (é).csv)) (binding y 2))",
        ),
        ("items", "0.5,1", "(items 1/2 1)"),
        ("items", "[1,2],-3", "(items (vector 1 2) (neg 3))"),
        ("items", "@v.npy", "(items (file v.npy))"),
        ("items", "w1=0.5,w2=1", "(bindings (binding w1 1/2) (binding w2 1))"),
    ],
)
def test_bindings_and_items(start, text, tree):
    assert short(parse(text, start, "--at")) == tree


def test_places_in_the_text():
    text = "f(t) = (t + 1)*t; f((x))[0:x] < π"
    places = [text[node.start : node.end] for node in below(parse(text))]
    assert sorted(places) == sorted(
        [
            *(text, "f(t)", "(t + 1)*t", "t + 1", "t", "1", "t"),
            *("f((x))[0:x] < π", "f((x))[0:x]", "f((x))", "x", "0:x", "0", "x", "π"),
        ]
    )
    text = "abc = [1, 2], w =  @w.npy , y = 2 ± 1"
    places = [text[node.start : node.end] for node in below(parse(text, "bindings", "--at"))]
    assert sorted(places) == sorted(
        [text, "abc", "[1, 2]", "1", "2", "w", "@w.npy", "y", "2 ± 1", "2", "1"]
    )


def test_letters_are_ascii_and_greek():
    names = {chr(c) for c in range(sys.maxunicode + 1) if chr(c) not in "\ud800" and reads(chr(c))}
    assert names == LETTERS
    assert set(string.ascii_letters) | {"_", "\u00b5"} < names
    greek = names - set(string.ascii_letters) - {"_", "\u00b5"}
    assert {*"αβγδεζηθικλμνξοπρςστυφχψωϕϵϑΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"} <= greek
    assert all(unicodedata.name(letter).startswith("GREEK ") for letter in greek)
    assert all(letter.isalpha() for letter in greek)


def reads(letter):
    if letter not in CHARACTERS:  # refused by the first check: tested once, below
        return False
    try:
        return result(letter).kind == "name"
    except HodiffError:
        return False


# ------------------------------------------------------------------ as Python

NUMBERS = ["0", "1", "12", "1.5", ".5", "1.", "1e-3", "2E+2", "1_000"]
NAMES = ["x", "y", "alpha", "w1", "_a"]
BINARY = {
    **{ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.FloorDiv: "floordiv"},
    **{ast.Mod: "mod", ast.MatMult: "matmul", ast.Pow: "pow", ast.And: "and", ast.Or: "or"},
}
UNARY = {ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not"}
COMPARE = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


def python_tree(text):
    """Python's tree as nested tuples (kind, value, start, end, children), or None."""
    try:
        return from_python(ast.parse(text, mode="eval").body, text)
    except SyntaxError:
        return None


def from_python(node, text):
    if node is None:
        return None

    def made(kind, value, children):
        parts = [from_python(child, text) for child in children]
        return (kind, value, node.col_offset, node.end_col_offset, parts)

    match node:
        case ast.Constant():
            literal = ast.get_source_segment(text, node).replace("_", "")
            return made("number", Fraction(literal), [])
        case ast.Name():
            return made("name", node.id, [])
        case ast.BinOp():
            return made("operation", BINARY[type(node.op)], [node.left, node.right])
        case ast.UnaryOp():
            return made("operation", UNARY[type(node.op)], [node.operand])
        case ast.BoolOp():  # n-ary in Python: places of the inner ones are not told
            first, *rest = (from_python(value, text) for value in node.values)
            for value in rest:
                place = (node.col_offset, node.end_col_offset) if value is rest[-1] else (None,) * 2
                first = ("operation", BINARY[type(node.op)], *place, [first, value])
            return first
        case ast.Compare():
            signs = tuple(COMPARE[type(sign)] for sign in node.ops)
            return made("compare", signs, [node.left, *node.comparators])
        case ast.Call():
            return made("call", node.func.id, node.args)
        case ast.List():
            return made("vector", None, node.elts)
        case ast.Slice():
            return made("slice", None, [node.lower, node.upper, node.step])
        case ast.Subscript():
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return made("index", None, [node.value, *items])
    raise AssertionError(ast.dump(node))


def same(ours, theirs):
    if ours is None or theirs is None:
        return ours is theirs
    kind, value, start, end, children = theirs
    return (
        (ours.kind, ours.value) == (kind, value)
        and start in (ours.start, None)
        and end in (ours.end, None)
        and len(ours.children) == len(children)
        and all(map(same, ours.children, children))
    )


def spaced(*choices):
    """One of the choices, with or without space around it; words always have some."""
    signs = st.sampled_from(choices)
    spaces = st.sampled_from(["", " "])
    return st.builds(
        lambda sign, a, b: f" {sign} " if sign.isalpha() else a + sign + b, signs, spaces, spaces
    )


def extended(inner):
    """Texts made of texts without brackets around them, so that precedence decides."""
    binary = spaced(*["+", "-", "*", "/", "//", "%", "@", "**", "and", "or"])
    compare = spaced("<", "<=", ">", ">=", "==", "!=")
    some = st.lists(inner, min_size=1, max_size=3).map(",".join)
    item = st.one_of(inner, st.builds("{}:{}".format, inner, inner), st.just(":"), st.just("::2"))
    base = st.one_of(
        st.sampled_from(NAMES),
        st.builds("({})".format, inner),
        st.builds("[{}]".format, some),
        st.builds("{}({})".format, st.sampled_from(NAMES), st.one_of(some, st.just(""))),
    )
    return st.one_of(
        st.builds("{}{}{}".format, inner, binary, inner),
        st.builds("{}{}{}".format, inner, compare, inner),
        st.builds("{}{}".format, spaced("-", "+", "not"), inner),
        base,
        st.builds("{}[{}]".format, base, st.lists(item, min_size=1, max_size=2).map(",".join)),
    )


EXPRESSIONS = st.recursive(st.sampled_from(NUMBERS + NAMES), extended, max_leaves=12)


@settings(max_examples=examples(400), deadline=None)
@given(EXPRESSIONS)
def test_expressions_are_read_as_python_reads_them(text):
    text = text.strip()
    theirs = python_tree(text)
    try:
        ours = result(text)
    except HodiffError:
        ours = None  # 'a + not b', which Python refuses too
    assert same(ours, theirs)


SIGNS = [*"+-*/%@()[],:<>. ", "**", "//", "<=", "==", "!=", " and ", " or ", " not "]


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(st.sampled_from([*SIGNS, "x", "y", "1", ".5", "f("]), max_size=7).map("".join))
def test_what_python_refuses_is_refused(text):
    text = text.strip()
    try:
        ours = result(text, strict=True)
    except HodiffError:
        return
    assert same(ours, python_tree(text))


@settings(max_examples=examples(150), deadline=None)
@given(EXPRESSIONS)
def test_a_circumflex_is_a_power(text):
    assume(python_tree(text.strip()))
    assert short(result(text.replace("**", "^"))) == short(result(text))


# ------------------------------------------------------------------ what is refused

EXPR = [
    # a missing '*', in each form
    ("2x", "missing '*': write 2*x", 1, 2),
    ("2 x", "missing '*': write 2*x", 2, 3),
    ("2pi", "missing '*': write 2*pi", 1, 3),
    ("2e", "missing '*': write 2*e", 1, 2),
    ("2π", "missing '*': write 2*π", 1, 2),
    ("3j", "missing '*': write 3*j", 1, 2),
    ("2(x+1)", "missing '*': write 2*(x+1)", 1, 2),
    ("2[1, 2]", "missing '*': write 2*[1, 2]", 1, 2),
    ("(x+1)(x-1)", "missing '*': write (x+1)*(x-1)", 5, 6),
    ("(x+1)x", "missing '*': write (x+1)*x", 5, 6),
    ("[1, 2]x", "missing '*': write [1, 2]*x", 6, 7),
    ("v[0]x", "missing '*': write v[0]*x", 4, 5),
    ("3*sin(x)cos(x)", "missing '*': write sin(x)*cos(x)", 8, 11),
    ("f(x)[0](1)[2]", "missing '*': write f(x)[0]*(1)[2]", 7, 8),
    ("x y", "'x y' has two readings: write x*y, or xy for one name", 0, 3),
    ("x mod 2", "'mod' between two values is written %: x % 2", 2, 5),
    ("sin(x) div y", "'div' between two values is written //: sin(x) // y", 7, 10),
    ("x 2", "missing '*': write x*2", 2, 3),
    ("2 3", "missing '*': write 2*3", 2, 3),
    ("x\ny", "missing '*': write x*y", 2, 3),
    ("pi x", "missing '*': write pi*x", 3, 4),
    ("sin x", "missing '*': write sin*x, or sin(x) for a call", 4, 5),
    ("sin 2 + 1", "missing '*': write sin*2, or sin(2) for a call", 4, 5),
    ("2x = 5", "missing '*': write 2*x", 1, 2),
    ("[1 2]", "missing '*' or ',': write 1*2 or 1, 2", 3, 4),
    ("(a+b+c+d+e+f+g+h+i+j+k+l+m)x", "missing '*' before 'x'", 27, 28),
    ("2x.y", "missing '*': write 2*x", 1, 2),
    # a missing ';'
    ("a = x**2\nsin(a)", "missing ';' before 'sin'", 9, 12),
    ("a = 2 b = 3; a", "missing ';' before 'b'", 6, 7),
    ("a = 2 f(t) = t; a", "missing ';' before 'f'", 6, 7),
    # numbers
    ("1.2.3", "'1.2.3' is not a number", 0, 5),
    ("1__0", "'1__0' is not a number", 0, 4),
    ("1_", "'1_' is not a number", 0, 2),
    ("0x1F", "'0x1F' is not decimal", 0, 4),
    (
        "1,5*x",
        "',' only stands between arguments or elements: a vector is [a, b], a decimal 1.5",
        1,
        2,
    ),
    # the end
    ("", "the text is empty: write an expression", None, None),
    (" \n", "the text is empty: write an expression", None, None),
    ("a == ", "the expression ends where a value was expected", 4, 4),
    ("x +", "the expression ends where a value was expected", 3, 3),
    ("not", "the expression ends where a value was expected", 3, 3),
    ("x;", "nothing follows the last ';': write an expression, or leave the ';' out", 2, 2),
    ("a = 2; ", "nothing follows the last ';': write an expression, or leave the ';' out", 6, 6),
    # definitions
    ("x = 5", "nothing is computed: write an expression after it, '; x'", 0, 5),
    ("a = 1; f(t, u) = 5", "nothing is computed: write an expression after it, '; f(t, u)'", 7, 18),
    (
        "x+1 = 2; x",
        "a definition is a = … or f(t) = …; to compare write '==', and an equation is for"
        " the commands implicit and roots",
        0,
        3,
    ),
    (
        "2 = x; x",
        "a definition is a = … or f(t) = …; to compare write '==', and an equation is for"
        " the commands implicit and roots",
        0,
        1,
    ),
    ("f(1) = 2; x", "a parameter is a name: write f(t) = … (or '==' to compare)", 2, 3),
    ("f(t, u, t) = 2; x", "the parameter 't' is there twice", 8, 9),
    ("x; y", "only a definition ends with ';': write a = … and use a behind it", 0, 1),
    (
        "a = b = 2; a",
        "'=' only gives a name its value, as in a = 2; to compare write '=='",
        6,
        7,
    ),
    ("x + (y=2)", "'=' only gives a name its value, as in a = 2; to compare write '=='", 6, 7),
    ("(a; b)", "';' can't be in brackets", 2, 3),
    ("a = 2;; a", "a value was expected between ';' and ';'", 6, 7),
    # operators
    ("x +* y", "a value was expected between '+' and '*'", 3, 4),
    ("* y", "a value was expected before '*'", 0, 1),
    ("x := 2", "write '=' instead of ':='", 2, 3),
    ("v[a:=2]", "write '=' instead of ':='", 3, 5),
    ("x **= 2", "there is no '**=': write the whole definition, a = …", 2, 5),
    ("x <> y", "write '!=' instead of '<>'", 2, 4),
    ("x =< y", "write '<=' instead of '=<'", 2, 4),
    ("x => y", "write '>=' instead of '=>'", 2, 4),
    ("x === y", "write '==' instead of '==='", 2, 5),
    ("a && b", "write 'and' instead of '&&'", 2, 4),
    ("a || b", "write 'or' instead of '||'", 2, 4),
    ("|x - 1|", "write 'abs(x - 1)' instead of '|x - 1|'", 0, 7),
    ("!x", "write 'not' instead of '!'", 0, 1),
    ("5!", "write 'factorial(5)' instead of '5!'", 1, 2),
    ("2*f(x)!", "write 'factorial(f(x))' instead of 'f(x)!'", 6, 7),
    ("x not y", "missing operator before 'not'", 2, 5),
    ("a == not b", "put 'not' in brackets: (not …)", 5, 8),
    ("y if x else z", "there is no 'if': write where(x, y, z)", 2, 4),
    ("np.sin(x)", "write 'sin' instead of 'np.sin'", 2, 3),
    ("Math.pow(x, 2)", "write 'x**2' instead of 'Math.pow(…)'", 4, 5),
    ("np.power(x+1, f(y, 2))", "write '(x+1)**(f(y, 2))' instead of 'np.power(…)'", 2, 3),
    ("np.square(x)", "write 'x**2' instead of 'np.square(…)'", 2, 3),
    ("Math.PI*x", "write 'pi' instead of 'Math.PI'", 4, 5),
    ("scipy.special.erf(x)", "write 'erf' instead of 'scipy.special.erf'", 5, 6),
    ("np.sine(x)", "there is no 'np.sine' here (did you mean 'sin'?)", 2, 3),
    # a power of a function's name
    ("sin^2(x)", "a power stands behind the call: write sin(x)**2", 0, 6),
    ("3*cos**2(2*x) + 1", "a power stands behind the call: write cos(2*x)**2", 2, 9),
    ("log^3 x", "a power stands behind the call: write log(x)**3", 0, 7),
    ("tan^(n+1)(x)", "a power stands behind the call: write tan(x)**(n+1)", 0, 10),
    (
        "sin^-1(x)",
        "a power stands behind the call: write 1/sin(x), or asin(x) for the inverse",
        0,
        7,
    ),
    ("sin²(x)", "write 'sin(x)**2' instead of 'sin²(x)'", 3, 4),
    ("x²(x+1)", "write '**2' instead of '²'", 1, 2),
    (
        "x^2(x+1)",
        "'x^2(x+1)' has two readings: write x^(2*(x+1)) or x^2*(x+1)",
        0,
        8,
    ),
    ("x.*y", "write '*' instead of '.*'", 1, 2),
    ("x.U", "a '.' is a decimal point and nothing else", 1, 2),
    ("2 ± 1", "'±' is for intervals, and these stand alone behind a name: --at x=2+/-0.1", 2, 3),
    ("@w", "a value was expected before '@'", 0, 2),
    # brackets
    ("(x + 1", "this '(' is never closed: add ')'", 0, 1),
    ("f([x)", "'[' can't be closed by ')': write ']'", 4, 5),
    ("x)", "this ')' closes nothing: leave it out", 1, 2),
    ("[]", "the vector is empty", 1, 2),
    ("v[]", "the index is empty: write [0]", 2, 3),
    ("()", "a value was expected between '(' and ')'", 1, 2),
    ("f(x,)", "a value was expected between ',' and ')'", 4, 5),
    ("(a, b)", "',' only stands between arguments or elements: a vector is [a, b]", 2, 3),
    ("f(x:y)", "':' only stands in an index, as in v[1:3]", 3, 4),
    # strange characters
    ("2×3", "write '*' instead of '×'", 1, 2),
    ("2·3", "write '*' instead of '·'", 1, 2),
    ("6÷3", "write '/' instead of '÷'", 1, 2),
    ("x−1", "write '-' instead of '−'", 1, 2),
    ("x²", "write '**2' instead of '²'", 1, 2),
    ("x³+1", "write '**3' instead of '³'", 1, 2),
    ("x⁻¹²+1", "write '**-12' instead of '⁻¹²'", 1, 4),
    ("½", "write '(1/2)' instead of '½'", 0, 1),
    ("2½", "write '+1/2' instead of '½', and the sum in brackets", 1, 2),
    ("√2", "write 'sqrt(…)' instead of '√'", 0, 1),
    ("x ≤ y", "write '<=' instead of '≤'", 2, 3),
    ("x₁", "write '1' instead of '₁'", 1, 2),
    ("𝑥+1", "write 'x' instead of '𝑥'", 0, 1),
    ("sin（x)", "write '(' instead of '（'", 3, 4),
    ("\u0663", "write '3' instead of '\u0663'", 0, 1),
    ("{x}", "write '(' instead of '{'", 0, 1),
    ("x'", "a prime does not mean a derivative here: leave it out", 1, 2),
    ("'x'", "quotes do not belong here: leave out the '", 0, 1),
    ('"x"', 'quotes do not belong here: leave out the "', 0, 1),
    ("“x”", "quotes do not belong here: leave out the “", 0, 1),
    ("é", "'é' can't be in a name: ASCII letters, digits, '_' and Greek letters can", 0, 1),
    ("x\u00a0+1", "write an ordinary space instead of the character U+00A0", 1, 2),
    ("x\0", "the character U+0000 does not belong here: leave it out", 1, 2),
    ("x\udc80", "the character U+DC80 does not belong here: leave it out", 1, 2),
    ("x # y", "'#' does not belong here", 2, 3),
    ("|\x1b[31m|", "the character U+001B does not belong here: leave it out", 1, 2),
    ("@\x1b", "the character U+001B does not belong here: leave it out", 1, 2),
]
AT = [
    ("", "the text is empty: write name=value", None, None),
    ("x", "missing '=': write x=…", 0, 1),
    ("x=1, y", "missing '=': write y=…", 5, 6),
    ("x=", "missing value: write x=…", 1, 2),
    ("x=,y=1", "missing value: write x=…", 1, 2),
    ("2=x", "only a name can be given a value: write name=value", 0, 1),
    ("f(x)=2", "only a name can be given a value: write name=value", 0, 4),
    ("0.5", "missing name: write x=0.5", 0, 3),
    ("x==2", "write '=' instead of '=='", 0, 4),
    ("x=1;y=2", "write ',' instead of ';'", 3, 4),
    ("x=1 y=2", "missing ',' before 'y'", 4, 5),
    ("x=1,", "nothing follows the last ',': leave it out", 4, 4),
    ("x=1,,y=2", "a value was expected between ',' and ','", 4, 5),
    ("x=@ ,y=2", "the name of the file is missing: write @name", 2, 3),
    ("x=[@v.npy]", "a value was expected between '[' and '@'", 3, 4),
    (
        "x=[2±1]",
        "'±' is for intervals, and these stand alone behind a name: --at x=2+/-0.1",
        4,
        5,
    ),
]
V = [
    ("", "the text is empty: write values, as in 0.5,1", None, None),
    ("w1=0.5,1", "give all values names or none: w1=0.5,w2=1 or 0.5,1", 7, 8),
    ("1, w1=0.5", "give all values names or none: w1=0.5,w2=1 or 0.5,1", 3, 5),
    ("0.5 1", "missing '*' or ',': write 0.5*1 or 0.5, 1", 4, 5),
    ("2+/-1", "an interval needs a name: write x=2+/-1", 0, 5),
]
CASES = (
    [("program", "EXPR", *case) for case in EXPR]
    + [("bindings", "--at", *case) for case in AT]
    + [("items", "--v", *case) for case in V]
)


@pytest.mark.parametrize(("start", "source", "text", "message", "begin", "end"), CASES, ids=label)
def test_refusals(start, source, text, message, begin, end):
    """Of the language without its notation, which tests/language/test_notation.py has."""
    error = refusal(text, start, source, strict=True)
    assert (error.kind, error.message, error.start, error.end) == ("syntax", message, begin, end)
    assert (error.text, error.source, error.exit_code) == (text, source, 2)


# ------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    ("text", "message", "begin", "end"),
    [
        ("x" * (MAX_BYTES + 1), "the text is too long: 64 KiB are the most", None, None),
        ("π" * (MAX_BYTES // 2) + "x", "the text is too long: 64 KiB are the most", None, None),
        (
            "(" * MAX_NESTING + "[x]" + ")" * MAX_NESTING,
            "the brackets are nested too deep: 200 is the most",
            200,
            201,
        ),
        ("x+" + "1" * (MAX_DIGITS + 1), "a number may have 1300 digits at most", 2, 1303),
        ("1." + "0" * MAX_DIGITS, "a number may have 1300 digits at most", 0, 1302),
        (f"1e{MAX_EXPONENT + 1}", "an exponent may be from -3000 to 3000", 0, 6),
        ("x-1e-" + "9" * 9000, "an exponent may be from -3000 to 3000", 2, 9005),
    ],
    ids=label,
)
def test_limits(text, message, begin, end):
    error = refusal(text)
    assert (error.kind, error.message, error.start, error.end) == ("limit", message, begin, end)
    assert error.exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        "x" * MAX_BYTES,
        "π" * (MAX_BYTES // 2),
        "(" * MAX_NESTING + "x" + ")" * MAX_NESTING,
        "x" + "[0]" * (2 * MAX_NESTING),
    ],
    ids=label,
)
def test_what_just_passes(text):
    assert result(text).end <= len(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("+".join("x" * 30000), 30000 + 29999),
        ("**".join("x" * 20000), 20000 + 19999),
        ("-" * 60000 + "x", 60000 + 1),
        ("not " * 16000 + "x", 16000 + 1),
        ("a=1;" * 16000 + "a", 2 * 16000 + 1),
    ],
    ids=label,
)
def test_chains_do_not_recurse(text, kinds):
    assert sum(1 for _ in below(parse(text))) == kinds + 1


HOSTILE = {
    "nested parentheses": "'(' * 100_000 + 'x' + ')' * 100_000",
    "a megabyte": "'x+' * 500_000",
    "(": "'(' * 65536",
    "[": "'[' * 65536",
    "digits": "'1' * 65536",
    "definitions": "'a=' * 32768",
    "a sum without end": "'x+' * 32768",
    "an error at the end": "'x+' * 32766 + 'x y'",
    "elements": "'[' + 'x,' * 32766 + 'x]'",
    "small numbers": "'1e-3000+' * 8000 + '1'",
    "superscripts": "'²' * 21845",
    "a long exponent": "'x' + '²' * 30000",
    "powers": "'x²' * 8000",
    "products": "'2x ' * 21845",
    "a product": "'2x' * 32768",
    "roots": "'√' * 21844 + 'x'",
    "bars": "'|' * 65536",
    "bars and names": "'|x' * 32768",
    "factorials": "'x' + '!' * 65535",
    "factorials in brackets": "'(' * 190 + 'x+' * 5000 + 'x' + ')!' * 190",
    "powers of functions": "'sin²(' * 190 + 'x+' * 5000 + 'x' + ')' * 190",
    "exponents of products": "'x^(' * 190 + 'x+' * 5000 + 'x' + ')y' * 190",
    "quotients": "'1/2x+' * 13107 + 'x'",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_ends_soon_in_little_memory(text):
    pytest.importorskip("resource")
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, (200 * 2**20,) * 2)
from hodiff.errors import HodiffError
from hodiff.language.parser import parse
text = {text}
try:
    parse(text, "bindings" if "@" in text else "program")
except HodiffError as error:
    error.report()
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, timeout=10, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


# ------------------------------------------------------------------ anything at all

PIECES = [
    *(NUMBERS + NAMES + ["π", "µ", "é", "²", "×", "'", '"', "|", "&", "#", "\0", "@w.npy", "≤"]),
    *("⁻¹", "ⁿ", "√", "∛", "|x|", "!", "np.", "Math.pow(", "|", "sin ", "sin^2", "pow("),
    *"+-*/%@^()[],:;=<>!. \n",
    *("**", "//", "<=", "==", "!=", "+/-", "±", "and", "or", "not", "if", "sin", "sin(", "f(t)="),
]
ANYTHING = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.text(max_size=12),
    st.text(st.characters(), max_size=6),  # surrogates too
    st.builds(  # an expression with something put into it
        lambda text, piece, i: text[: i % len(text)] + piece + text[i % len(text) :],
        EXPRESSIONS,
        st.sampled_from(PIECES),
        st.integers(0, 99),
    ),
)
INNARDS = re.compile(r"[A-Z]{3,}_|RPAR|LPAR|LSQB|RSQB|NAME|NUMBER|SIGN|TIMES|POWER|Token|\$END")


@settings(max_examples=examples(700), deadline=None)
@given(ANYTHING, st.sampled_from(["program", "bindings", "items"]))
def test_any_text_gives_a_tree_or_an_error_that_points_into_it(text, start):
    try:
        tree = parse(text, start, "EXPR")
    except HodiffError as error:
        assert error.kind in ("syntax", "limit")
        assert (error.text, error.source) == (text, "EXPR")
        if error.start is not None:
            assert 0 <= error.start <= error.end <= len(text)
        assert "\n" not in error.message and error.message.isprintable()
        assert INNARDS.search(text) or not INNARDS.search(error.message)
        assert error.report().startswith("error: ")
    else:
        assert isinstance(tree, Node)
        for node in below(tree):
            assert 0 <= node.start < node.end <= len(text)
            if (
                node.kind in ("name", "binding")
                and node.value not in ("pi", "e")
                and text[node.start] != "ⁿ"
            ):
                assert text[node.start :].replace("\u00b5", "\u03bc").startswith(node.value)
