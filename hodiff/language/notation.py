"""Notation that people write, as the language's tokens: 2x, x², |x|, √x, x!, sin² x, Math.sin(x).

A pass between Lark's lexer and its parser, for texts that the grammar alone doesn't read. What has
one reading gets the tokens that are missing, each at its place in the text; what has two is refused
with both. Brackets are done from the inside out, a run of tokens at a time, and nothing recurses.
"""

from __future__ import annotations

import re

import lark

from hodiff.engine.operations import FUNCTIONS
from hodiff.errors import HodiffError
from hodiff.language import complaints
from hodiff.language.checks import MAX_NESTING, SUBSCRIPTS, gathered, quote, syntax
from hodiff.language.complaints import Tokens, missing_operator
from hodiff.language.elsewhere import instead
from hodiff.language.grammar import normal
from hodiff.language.signs import (
    LONG,
    POSTFIX,
    Rope,
    Signs,
    begins_value,
    bracket,
    flat,
    fraction,
    grouped,
    left,
    rendered,
    right,
    token,
)
from hodiff.language.slips import ELEMENTARY

ROOTS = {"√": "sqrt", "∛": "cbrt"}
INFIX = {  # words of Pascal's, of mathematics, of Typst's
    "mod": "{} % {}", "div": "{} // {}", "times": "{}*{}", "over": "{}/{}", "plus": "{} + {}",
    "minus": "{} - {}", "choose": "binomial({}, {})",
}  # fmt: skip
DIVIDING = ("/", "//", "%", "@")  # a factor more changes what these act on
KEYWORDS = ("if", "else", "for")
ENDS_A_NAME = frozenset("}").union(SUBSCRIPTS)  # a subscript does: v₀t, x_{1}y


def translated(
    text: str, start: str, strict: bool = False
) -> tuple[Tokens, bool, HodiffError | None]:
    """The tokens of a text that Lark's parser takes, whether any is not in the text itself, and the
    error for a '.' behind them that begins none.

    strict: notation that is not the grammar's own is refused. Cost: linear. Raises HodiffError.
    """
    whole = Translation(text, start, strict)
    return whole.result(), whole.used, whole.stray


class Translation(Signs):
    """One text on its way.

    partner  of each bracket the index of the other
    ropes    what is inside a bracket, by the index of the opening one
    """

    def __init__(self, text: str, start: str, strict: bool) -> None:
        super().__init__(text, start, strict)
        self.ropes: dict[int, Rope] = {}
        self.partner: dict[int, int] = {}
        self.first_equal = next((i for i, t in enumerate(self.tokens) if t == "="), len(text))

    def result(self) -> Tokens:
        tokens = self.tokens
        opened: list[int] = []
        pairs = []
        for i, part in enumerate(tokens):
            if part in ("(", "["):
                opened.append(i)
            elif part in (")", "]") and opened:
                self.partner[opened[-1]] = i
                pairs.append(opened.pop())
        if opened:  # a file's name where none can be has swallowed a bracket, or a '.' ends all
            told = [*self.faults, *([self.stray] if self.stray else [])]
            signs = any(part.type in ("ROOT", "FRACTION", *POSTFIX) for part in tokens)
            if self.faults or (told and signs):
                raise gathered(told)
            return tokens
        for i in pairs:
            self.ropes[i] = self.run(i + 1, self.partner[i], self.kind(i))
        found = flat(self.run(0, len(tokens), "program" if self.start == "program" else "entries"))
        if self.faults:
            raise gathered(self.faults)
        if self.used:
            self.check_nesting(found)
        return found

    def check_nesting(self, tokens: Tokens) -> None:
        """What was short in the text may be nested too deep now: √√√x, and so its reading."""
        depth = 0
        for part in tokens:
            depth += (part in ("(", "[")) - (part in (")", "]"))
            if depth > MAX_NESTING:
                message = f"the brackets are nested too deep: {MAX_NESTING} is the most"
                raise HodiffError("limit", message, start=left(part), end=left(part) + 1)

    def kind(self, i: int) -> str:
        """What a bracket is: '(' where two values in a row can only be a product, '[' where a
        comma may be missing."""
        if self.tokens[i] == "[":
            return "["
        name = self.tokens[i - 1] if i else None
        if name is None or name.type != "NAME":
            return "("
        function = FUNCTIONS.get(str(name))
        return "(" if function is not None and function.least == function.most == 1 else "["

    def run(self, first: int, end: int, where: str) -> Rope:
        """The tokens from first to end, with what is missing between and around them."""
        return Run(self, first, end, where).out

    def factor(self, i: int, end: int) -> tuple[list[Rope], int, str]:
        """The operand that begins at i, up to end: its tokens, where it ends, and its kind: number,
        name, index, closed, powered for sin²(x); and root, bracketed root, applied for what has its
        argument without brackets. Of these three the tokens are [what is before, argument, what is
        behind]."""
        tokens, begin = self.tokens, i
        before, behind, i, kind = self.prefixes(i, end)
        first, j = i, self.argument_of_power(i, end)
        if i == end or not begins_value(tokens[i]) or tokens[i].type == "ROOT":
            root = tokens[i - 1] if before else tokens[i]
            message = f"write '{ROOTS.get(root, root)}(…)' instead of '{root}'"
            self.fault(syntax(message, left(root), right(root)))
            return [token("NAME", "x", left(root), right(root))], max(i, begin + 1), "closed"
        if j is not None:
            rope, i = self.call_with_power(i, j, end)
            own = "closed" if len(rope) == 1 else "powered"
        else:
            rope, i, own = self.atom(i, end)
        if i < end and tokens[i].type in POSTFIX:
            raised = own == "powered" or left(tokens[i - 1]) in self.raised
            rope, i = self.postfix(rope, (begin, first, i, end), before, raised)
            own = "closed"
        if not before:
            return rope, i, own
        place = right(tokens[i - 1])
        closing: list[Rope] = []
        for exponent in reversed(behind):
            closing += [bracket(")", place), *self.closed_at(exponent, place)]
        if kind == "root" and own == "closed" and tokens[first] == "(":
            kind = "bracketed root"
        return [[part for pair in before for part in pair], rope, closing], i, kind

    def prefixes(self, i: int, end: int) -> tuple[list[list[Rope]], list[list[Rope]], int, str]:
        """The roots and functions without brackets that begin at i: what opens each call, what
        stands behind it, where they end, and their kind."""
        tokens = self.tokens
        before: list[list[Rope]] = []
        behind: list[list[Rope]] = []
        kind = ""
        while i < end:
            part = tokens[i]
            name, exponent, j = part, list[Rope](), i + 1
            if part.type == "ROOT":
                message = f"write '{ROOTS[part]}(…)' instead of '{part}'"
                self.use(left(part), right(part), message)
                name = token("NAME", ROOTS[part], left(part), right(part))
                kind = kind or "root"
            else:
                argument = self.argument_of_power(i, end)
                if argument is not None:
                    if tokens[argument] == "(":
                        break
                    name, exponent = self.power_of_function(i, argument)
                    j = argument
                elif not self.is_applied(i, end):
                    break
                elif self.strict:
                    self.fault(self.missing(j, "program"))
                self.used = True
                kind = "applied"
            place = left(tokens[j]) if j < end else right(part)
            before.append([name, bracket("(", place)])
            behind.append(exponent)
            i = j
        return before, behind, i, kind

    def is_applied(self, i: int, end: int) -> bool:
        """Whether a function's name at i has its argument behind it without brackets."""
        if i + 1 >= end or self.tokens[i].type != "NAME" or self.tokens[i] not in ELEMENTARY:
            return False
        after = self.tokens[i + 1]
        return begins_value(after) and after not in ("(", "[") and "\n" not in self.between(i + 1)

    def argument_of_power(self, i: int, end: int) -> int | None:
        """Where the argument of sin^2(x), with the name at i, begins; None for what is no such."""
        tokens = self.tokens
        if i + 1 >= end or tokens[i].type != "NAME" or tokens[i] not in ELEMENTARY:
            return None
        if tokens[i + 1].type != "POWER":
            return None
        j = self.exponent_end(i + 2, end)
        if j >= end or not begins_value(tokens[j]) or tokens[j] == "[":
            return None
        glued = tokens[j].type == "NUMBER" and right(tokens[j - 1]) == left(tokens[j])
        return None if glued else j

    def call_with_power(self, i: int, j: int, end: int) -> tuple[list[Rope], int]:
        """The tokens of sin^2(x), with the name at i and its argument's bracket at j."""
        name, exponent = self.power_of_function(i, j)
        close = self.partner[j]
        place = right(self.tokens[close])
        call: list[Rope] = [name, self.tokens[j], self.ropes[j], self.tokens[close]]
        rope: list[Rope] = [call, *self.closed_at(exponent, place)]
        if close + 1 < end and self.tokens[close + 1] == "[":
            shown = rendered(rope)
            message = f"put the power in brackets: write ({shown if len(shown) < LONG else '…'})"
            self.fault(syntax(message, left(name), place))
        return rope, close + 1

    def missing(self, i: int, where: str) -> HodiffError:
        return missing_operator(self.text, self.tokens, i, where)

    def operand_end(self, i: int) -> int:
        """One past the last token of the operand that begins at i."""
        tokens = self.tokens
        if tokens[i].type == "NAME" and tokens[i + 1 : i + 2] == ["("]:
            i += 1
        i = self.partner.get(i, i) + 1
        while tokens[i : i + 1] == ["["]:
            i = self.partner[i] + 1
        return i

    def atom(self, i: int, end: int) -> tuple[list[Rope], int, str]:
        """A number, a name, a call or a bracket, with its indices."""
        tokens = self.tokens
        part = tokens[i]
        raised = left(part) in self.raised
        rope: list[Rope] = [part]
        if part.type == "FRACTION":
            return fraction(part), i + 1, "number"
        if part.type == "NUMBER":
            after = tokens[i + 1] if i + 1 < end else part
            whole = part.isdecimal() and not raised
            if whole and after.type == "FRACTION" and right(part) == left(after):
                plus = token("SIGN", "+", left(after), left(after))  # 2½
                rope = [bracket("(", left(part)), part, plus, *fraction(after)]
                return [*rope, bracket(")", right(after))], i + 2, "number"
            return rope, i + 1, "closed" if raised else "number"
        kind = "name"
        if part.type == "NAME":
            i += 1
        if part.type != "NAME" or (i < end and tokens[i] == "("):
            rope += [tokens[i]] if part.type == "NAME" else []
            rope += [self.ropes[i], tokens[self.partner[i]]]
            i, kind = self.partner[i] + 1, "closed"
        while i < end and tokens[i] == "[" and not raised:
            rope += [tokens[i], self.ropes[i], tokens[self.partner[i]]]
            i, kind = self.partner[i] + 1, "index"
        return rope, i, kind

    def exponent_end(self, i: int, end: int) -> int:
        """Where the exponent of a function's name ends: sin^2(x), sin^-1(x), sin^(n+1)(x)."""
        tokens = self.tokens
        i += i < end and tokens[i].type == "SIGN"
        if i >= end:
            return end
        if tokens[i] == "(":
            return self.partner[i] + 1
        if tokens[i].type == "NUMBER":
            return i + 1
        if tokens[i].type == "NAME" and i + 1 < end and tokens[i + 1] != "(":
            return i + 1
        return end

    def power_of_function(self, i: int, j: int) -> tuple[lark.Token, list[Rope]]:
        """The name, and ** with the exponent in brackets, of sin^2(x) with its argument at j; the
        inverse's name alone, of sin⁻¹(x)."""
        tokens = self.tokens
        name, first = tokens[i], tokens[i + 2]
        last = tokens[j - 1]
        raised = left(first) in self.raised or left(last) in self.raised
        if rendered(tokens[i + 2 : j]).strip("()") == "-1":
            inverse = f"a{name}"
            if raised and inverse in FUNCTIONS:
                self.used = True  # in strict its signs are refused already
                return token("NAME", inverse, left(name), right(last)), []
            self.fault(self.power_behind(i, j))
        elif not raised:
            self.used = True
            if self.strict:
                self.fault(self.power_behind(i, j))
        inner = self.ropes[i + 2] if first == "(" else tokens[i + 2 : j]
        if first == "(" and self.partner[i + 2] + 1 != j:
            inner = tokens[i + 2 : j]
        opening, closing = bracket("(", left(first)), bracket(")", right(last))
        return name, [token("POWER", "**", left(first), left(first)), [opening, inner, closing]]

    def power_behind(self, i: int, j: int) -> HodiffError:
        """The error for sin^2(x) with the name at i and the argument at j."""
        exponent = rendered(self.tokens[i + 2 : j])
        return complaints.power_behind(self.text, self.tokens, i, j, self.operand_end(j), exponent)

    def closed_at(self, exponent: list[Rope], place: int) -> list[Rope]:
        """The exponent of a function, ending where its argument ends: so does the power."""
        if not exponent:
            return []
        power, group = exponent
        assert isinstance(group, list)
        return [power, [*group[:-1], bracket(")", place)]]

    def postfix(
        self,
        rope: list[Rope],
        at: tuple[int, int, int, int],
        before: list[list[Rope]],
        raised: bool,
    ) -> tuple[list[Rope], int]:
        """factorial(...) around a rope, or radians(...).

        at: where what is before it begins, where it does, its '!' or '°', and the end of the run.
        raised: it ends in an exponent.
        """
        begin, first, i, end = at
        tokens, sign = self.tokens, self.tokens[i]
        start = left(tokens[first])
        value = quote(self.text[start : left(sign)].strip())
        j = i + 1
        while j < end and tokens[j].type == sign.type == "FACTORIAL":
            j += 1
        if raised:
            message = f"put what is before the '{sign}' in brackets: (x**2){sign}"
            self.fault(syntax(message, start, right(sign)))
        elif sign.type == "DEGREE":
            if re.match(r"\s*[CF]\b", self.text[right(sign) :]):
                message = f"'{sign}' is of angles: leave out the unit of a temperature"
                self.fault(syntax(message, left(sign), right(sign) + 1))
        elif j > i + 1:
            message = f"'{value}!!' has two readings: write ({value}!)! for two factorials; there"
            message += " is no double factorial here"
            self.fault(syntax(message, start, right(tokens[i + 1])))
        elif before:
            names = "".join(f"{pair[0]}(" for pair in before)
            inner, closing = rendered(rope), ")" * len(before)
            one, other = f"{names}{inner}!{closing}", f"({names}{inner}{closing})!"
            self.two(left(tokens[begin]), right(sign), one, other)
        else:
            message = f"write 'factorial({value})' instead of '{value}!'"
            self.use(left(sign), right(sign), message)
        head: list[Rope] = [token("NAME", POSTFIX[sign.type], start, start), bracket("(", start)]
        return [*head, *rope, bracket(")", left(sign), right(sign))], j


class Run:
    """A run of tokens at one depth of brackets, and what is known of the product that it is in.

    out      the tokens, as far as the run is done
    term     where in out the term began: behind the last + or -, or a comma ...
    chain    where the factors began that no sign has parted
    before   the sign before them
    divided, raised, applied   what has two readings, if another factor came: where in out
    typed    where in out the exponent began that this is, or is of: one behind ^ or **
    began    where the last factor did, among the tokens
    stacked  a power of what has a power already, x²^3: where in out this and the sign are
    """

    def __init__(self, whole: Translation, first: int, end: int, where: str) -> None:
        self.whole, self.where = whole, where
        self.out: list[Rope] = []
        self.term = self.chain = self.exponent = 0
        self.before: str | None = None
        self.power = False  # the last factor is an exponent
        self.typed: int | None = None
        self.kind = ""
        self.began = first
        self.divided = self.refused = False
        self.raised: int | None = None
        self.applied: int | None = None
        self.stacked: tuple[int, int] | None = None
        tokens, i, value = whole.tokens, first, False
        while i < end:
            part = tokens[i]
            if begins_value(part):
                if value:
                    self.join(i, end)
                known, self.began = len(whole.faults), i
                rope, i, self.kind = whole.factor(i, end)
                self.refused |= len(whole.faults) > known
                self.out.append(rope)
                self.unstack()
                value = True
                continue
            if part.type in POSTFIX:
                if value or part.type == "DEGREE":
                    message = f"put what is before the '{part}' in brackets"
                else:
                    message = "write 'not' instead of '!'"
                whole.fault(syntax(message, left(part), right(part)))
                i += 1
                continue
            if part.type == "POWER":
                tower = self.power
                if value and self.kind in ("applied", "root", "bracketed root"):
                    self.keep_applied()
                elif value and self.kind == "powered":
                    self.stacked = len(self.out) - 1, len(self.out)
                elif value and left(tokens[i - 1]) in whole.raised:
                    self.stacked = self.exponent - 2, len(self.out)
                typed = right(part) > left(part)
                self.power, self.exponent = True, len(self.out) + 1
                self.typed = self.exponent if typed else self.typed if tower else None
            elif part.type == "TIMES":
                if value and self.kind == "applied":
                    self.keep_applied()
                if self.applied is None:
                    self.settle()
                    self.chain = len(self.out) + 1
                self.before, self.power = str(part), False
            elif part.type != "SIGN" or value:
                self.settle()
                self.term = self.chain = len(self.out) + 1
                self.before, self.power, self.refused = None, False, False
            self.out.append(part)
            value = False
            i += 1
        self.settle()

    def keep_applied(self) -> None:
        if self.applied is None:
            self.applied = len(self.out) - 1

    def unstack(self) -> None:
        """Refuse x²^3 and sin²(x)^3, whose last exponent has just been read."""
        stacked, self.stacked = self.stacked, None
        if stacked is None or self.refused:
            return
        (base, sign), out = stacked, self.out
        one: Rope = [*grouped(out[base:sign]), *out[sign:]]
        other: Rope = [*out[base : base + 2], *grouped(out[base + 2 :])]
        if base + 1 == sign:
            rope = out[base]
            assert isinstance(rope, list)
            called, *power = rope
            assert isinstance(called, list)
            name, opening, argument, closing = called
            other = [name, opening, *grouped([argument]), *out[sign:], closing, *power]
        self.two(base, one, other)
        self.refused = True

    def join(self, i: int, end: int) -> None:
        """A value at i follows another: put '*' between, or say why not."""
        whole, here = self.whole, self.whole.tokens[i]
        between = whole.between(i)
        if here in KEYWORDS:
            raise gathered([*whole.faults, whole.missing(i, self.where)])
        fault = self.refusal(i, between)
        if fault is not None:
            whole.fault(fault)
            self.refused = True
        else:
            function = here.type == "ROOT" or (here.type == "NAME" and here in ELEMENTARY)
            spaced = between != "" and (self.kind == "number" or function)
            if self.kind in ("applied", "root") and not function:
                self.keep_applied()
            elif self.power and not (spaced or self.has_an_end(i)) and self.raised is None:
                self.raised = self.typed
            elif self.before in DIVIDING:
                self.divided = True
            else:
                whole.used = True
                if whole.strict:
                    whole.fault(whole.missing(i, self.where))
        self.power = False
        self.out.append(token("TIMES", "*", left(here), left(here)))

    def has_an_end(self, i: int) -> bool:
        """Whether the exponent before i can't go on: that of x², x^(2); e^-k²t has two readings."""
        if self.typed is None:
            return True
        tokens, first = self.whole.tokens, self.began
        while tokens[first - 1].type == "SIGN":
            first -= 1
        power = tokens[first - 1]
        return self.whole.partner.get(self.began) == i - 1 and right(power) > left(power)

    def refusal(self, i: int, between: str) -> HodiffError | None:
        """The error for a value at i that can't be a factor of what is before it."""
        whole, tokens = self.whole, self.whole.tokens
        last, here = tokens[i - 1], tokens[i]
        raised = left(last) in whole.raised
        after = whole.operand_end(i)
        if self.refused and last in INFIX:  # x mod 2, of which all is said
            return None
        if here in INFIX and between and after == i + 1 < len(tokens):
            other = tokens[after]
            if begins_value(other):
                value = complaints.left_of(whole.text, tokens, i)
                written = INFIX[here].format(quote(value), quote(other))
                sign = INFIX[here].replace("{}", "").strip(" (),")
                message = f"'{here}' between two values is written {sign}: {written}"
                return syntax(message, left(here), right(here))
        if (
            "\n" in between
            or (between != "" and not between.strip() and self.where in ("[", "entries"))
            or (tokens[after : after + 1] == ["="] and whole.first_equal < i)
            or (self.kind == "index" and here == "(")
        ):
            return whole.missing(i, self.where)
        number = here.type in ("NUMBER", "FRACTION")
        digits = here[0] == "_" or (last == "0" and re.fullmatch("[xXoObB][0-9a-fA-F]+", here))
        if between == "" and digits and (last.type == "NUMBER" or here[0] == "_"):  # 1__0, |x|_2
            return whole.missing(i, self.where)
        called = tokens[i - 3] if i > 2 and tokens[i - 2] == "-" and last == "1" else None
        if here == "(" and called in ELEMENTARY:  # sin-1(x), where a superscript was
            shown = quote(whole.text[left(here) : right(tokens[after - 1])])
            inverse = f"a{called}" if f"a{called}" in FUNCTIONS else f"1/{called}"
            what = quote(whole.text[left(called) : right(tokens[after - 1])])
            message = f"'{what}' has two readings: write {inverse}{shown} or {called} - 1*{shown}"
            return syntax(message, left(called), right(tokens[after - 1]))
        base = self.out[self.exponent - 2] if self.power else []
        name = base[0] if len(base) == 1 else None
        if isinstance(name, lark.Token) and name in FUNCTIONS:  # gamma^2(x), erf²(x)
            powered = complaints.power_of_function(whole.text, tokens, i, after)
            if powered is not None:
                return powered
        if isinstance(name, lark.Token) and here == "(":  # tg^2(x)
            inside = whole.text[right(here) : left(tokens[after - 1])]
            called = instead(name, [inside]) if len(name) > 1 else None
            if called is not None:
                exponent = rendered(self.out[self.exponent :])
                message = f"a power stands behind the call: write {called}**{exponent}"
                return syntax(message, left(name), right(here))
        if raised and (number or here == "["):
            message = "put the power in brackets to take an entry: (x**2)[0]"
            if here != "[":
                message = f"a number can't follow an exponent: write *{here}"
            return syntax(message, left(here), right(here))
        if self.kind == "name" and after == i + 1 and (number or here.type == "NAME"):
            called = instead(last, [str(here)]) if len(last) > 1 else None
            if called is not None and last not in FUNCTIONS:  # tg x, log_2 x
                what = quote(whole.text[left(last) : right(here)])
                message = f"'{what}' has two readings: write {called} or {last}*{here}"
                return syntax(message, left(last), right(here))
        if number:
            if here.type == "FRACTION" and last.type == "NUMBER" and last.isdecimal():
                return self.either(i, "*", "", "{}, or {} for one number")
            if last.type == "NUMBER" or self.kind in ("name", "index", "applied", "root"):
                return whole.missing(i, self.where)
            return self.either(i, "*", "**", "{} or {}")
        if here == "(" and not between and re.fullmatch(r"\d*\.\d+", last):
            enclosed = tokens[i + 1 : after - 1]
            if len(enclosed) == 1 and re.fullmatch(r"\d+", enclosed[0]):
                return self.measured(i, str(enclosed[0]))
        if here.type == "NAME" and here not in ELEMENTARY and self.kind == "name":
            subscript = whole.text[right(last) - 1] in ENDS_A_NAME
            if last in FUNCTIONS and not subscript:
                return whole.missing(i, self.where)
            constant = {normal(last), normal(here)} & {"pi", "e"}
            if not (constant or subscript) and whole.text.startswith(here, left(here)):
                return self.either(i, "*", "", "{}, or {} for one name")
        return None

    def either(self, i: int, sign: str, other: str, words: str) -> HodiffError:
        """The error for a value at i and what is before it, which one of two signs may join."""
        text, here = self.whole.text, self.whole.tokens[i]
        value = complaints.left_of(text, self.whole.tokens, i)
        start = right(self.whole.tokens[i - 1]) - len(value)
        shown = quote(value)
        readings = words.format(f"{shown}{sign}{here}", f"{shown}{other}{here}")
        message = f"'{quote(text[start : right(here)])}' has two readings: write {readings}"
        return syntax(message, start, right(here))

    def measured(self, i: int, digits: str) -> HodiffError:
        """The error for 9.81(2), with the bracket at i: a product, or a number whose last digits
        are uncertain."""
        number, last = self.whole.tokens[i - 1], self.whole.tokens[i + 2]
        decimals = len(number) - number.index(".") - 1
        spread = f"{int(digits):0{decimals + 1}d}"
        other = f"{number}+/-{spread[:-decimals]}.{spread[-decimals:]}"
        other = other if self.where == "entries" else number
        message = f"'{quote(f'{number}({digits})')}' has two readings: write {number}*{digits}"
        return syntax(f"{message} or {other}", left(number), right(last))

    def settle(self) -> None:
        """The product ends here: refuse it where it has two readings."""
        out = self.out
        one: Rope
        if not self.refused:
            if self.applied is not None:
                rope = out[self.applied]
                assert isinstance(rope, list)
                opening, argument, closing = rope
                rest = out[self.applied + 1 :]
                self.two(self.applied, [opening, argument, rest, closing], rope + rest)
            elif self.raised is not None:
                one = [*out[self.chain : self.raised], *grouped(out[self.raised :])]
                self.two(self.chain, one, out[self.chain :])
            elif self.divided:
                one = [*out[self.term : self.chain], *grouped(out[self.chain :])]
                self.two(self.term, one, out[self.term :])
        self.divided, self.raised, self.applied = False, None, None

    def two(self, first: int, one: Rope, other: Rope) -> None:
        tokens = flat(self.out[first:])
        start = min(map(left, tokens))
        end = max(map(right, tokens))
        self.whole.two(start, end, rendered(one), rendered(other))
