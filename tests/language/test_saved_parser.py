"""The tables that are saved are those of the grammar, and the grammar has no conflicts."""

import copy
import hashlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import lark
import pytest

from grammar import save_parser
from hodiff.language import grammar as parser
from hodiff.language import saved_parser
from hodiff.language.parser import parse

ROOT = Path(__file__).resolve().parents[2]
same_lark = pytest.mark.skipif(
    lark.__version__ != saved_parser.LARK_VERSION, reason="the tables are those of another Lark"
)


def conflicts(grammar):
    """What Lark says of shift/reduce conflicts, which it settles by shifting."""
    said = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    level = lark.logger.level
    lark.logger.addHandler(handler)
    lark.logger.setLevel(logging.DEBUG)
    try:
        lark.Lark(grammar, **parser.LARK_OPTIONS)
    finally:
        lark.logger.removeHandler(handler)
        lark.logger.setLevel(level)
    return [message for message in said if "onflict" in message]


def test_the_grammar_has_no_conflicts():
    assert conflicts(save_parser.GRAMMAR.read_text("utf-8")) == []


def test_conflicts_would_be_found():
    assert conflicts('program: entries | program "+" program\nentries: "x"') != []
    with pytest.raises(lark.GrammarError):
        conflicts('program: a | entries\na: "x"\nentries: "x"')


def test_the_saved_tables_belong_to_the_grammar():
    digest = hashlib.sha256(save_parser.GRAMMAR.read_bytes()).hexdigest()
    assert digest == saved_parser.GRAMMAR_SHA256


@same_lark
def test_the_saved_tables_are_what_lark_makes():
    message = "run python grammar/save_parser.py"
    assert save_parser.SAVED.read_text("utf-8") == save_parser.source(), message
    assert save_parser.tables() == (saved_parser.DATA, saved_parser.MEMO)


@same_lark
@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_tables_do_not_depend_on_the_order_of_sets(seed):
    program = "from grammar import save_parser; print(save_parser.source(), end='')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == save_parser.SAVED.read_text("utf-8")


@pytest.fixture
def fresh():
    """The parser is loaded anew in the test, and after it."""
    parser.parser.cache_clear()
    yield
    parser.parser.cache_clear()


@same_lark
def test_loading_compiles_and_unpickles_nothing(fresh, monkeypatch):
    def refuse(*_):
        raise AssertionError

    before = copy.deepcopy((saved_parser.DATA, saved_parser.MEMO))
    monkeypatch.setattr(lark.Lark, "__init__", refuse)
    monkeypatch.setattr("pickle.load", refuse)
    monkeypatch.setattr("pickle.loads", refuse)
    assert parse("sin(x)").children[0].kind == "call"
    assert before == (saved_parser.DATA, saved_parser.MEMO)


def test_another_lark_compiles_the_grammar(fresh, monkeypatch):
    monkeypatch.setattr(saved_parser, "LARK_VERSION", "0.0")
    monkeypatch.setattr(saved_parser, "DATA", None)
    assert parse("sin(x)").children[0].kind == "call"
    with pytest.raises(parser.HodiffError, match=r"missing '\*': write 2\*x"):
        parse("2x", strict=True)


def test_the_grammar_is_found_in_a_wheel_and_in_a_checkout(tmp_path, monkeypatch):
    assert Path(parser.grammar_path()) == save_parser.GRAMMAR
    monkeypatch.setattr(parser, "__file__", str(tmp_path / "hodiff" / "language" / "parser.py"))
    assert Path(parser.grammar_path()) == tmp_path / "grammar" / "hodiff.lark"
    inside = tmp_path / "hodiff" / "grammar" / "hodiff.lark"
    inside.parent.mkdir(parents=True)
    inside.write_text("")
    assert Path(parser.grammar_path()) == inside
