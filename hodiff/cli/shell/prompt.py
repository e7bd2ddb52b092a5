"""Where the shell's lines come from: a prompt in a terminal, or standard input."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

import click

from hodiff.cli.faults import Outcome
from hodiff.cli.options import Command, usage
from hodiff.cli.shell.session import OWN, Quit, Session
from hodiff.cli.shell.words import complete, lines
from hodiff.errors import installing

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

PROMPT, CONTINUED = "hodiff> ", "   ...> "
GREETING = "hodiff: :help tells what there is, :quit leaves"
MOST_LINE = 1 << 16  # characters of a line from standard input
MOST_HISTORY = 1 << 20  # bytes of a history that is gone on with


def shell(program: click.Group) -> Iterator[Outcome]:
    """What to print, answer by answer, until the user leaves, or standard input ends."""
    gc.enable()  # run() leaves it out for one answer
    session = Session(program)
    if sys.stdin is not None and sys.stdin.isatty():
        return prompted(session)
    return piped(session, sys.stdin or [])


def piped(session: Session, stream: Iterable[str]) -> Iterator[Outcome]:
    """Each line of a stream is answered in turn; the exit code is the worst."""
    kept = ""
    try:
        for line in stream:
            kept += line.rstrip("\n")
            if len(kept) > MOST_LINE:
                yield Outcome(None, "error: a line is too long: 64 KiB are the most", 2)
                kept = ""
            elif complete(kept) or kept.lstrip().startswith("#"):
                yield from answers(session, kept)
                kept = ""
            else:
                kept += "\n"
        yield from answers(session, kept)
    except UnicodeDecodeError as fault:
        yield Outcome(None, f"error: standard input is not UTF-8: byte {fault.start}", 2)
    except Quit:
        return


def answers(session: Session, text: str) -> Iterator[Outcome]:
    for line in lines(text):
        yield from session.answered(line)


def prompted(session: Session) -> Iterator[Outcome]:
    """The prompt: Ctrl-C gives up a line, or an answer that takes too long; Ctrl-D leaves."""
    asking, interrupts = prompt_of(session), Interrupts()
    yield Outcome(GREETING)
    while True:
        try:
            text = asking.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        outcomes = answers(session, text)
        try:
            while (outcome := interrupts.heard(outcomes)) is not None:
                yield outcome._replace(code=0)
        except KeyboardInterrupt:
            yield Outcome(None, "interrupted")
        except Quit:
            return


class Interrupts:
    """Ctrl-C while something is computed; one that comes between that and the prompt is none."""

    def __init__(self) -> None:
        self.busy = False
        if current_thread() is main_thread():
            signal.signal(signal.SIGINT, self.came)

    def came(self, number: int, frame: object) -> None:
        if self.busy:
            raise KeyboardInterrupt

    def heard(self, outcomes: Iterator[Outcome]) -> Outcome | None:
        """The next outcome, None at the end. Raises KeyboardInterrupt."""
        self.busy = True
        try:
            return next(outcomes, None)
        finally:
            self.busy = False


def prompt_of(session: Session) -> PromptSession[str]:
    """prompt_toolkit's session, with history, completion and lines that go on."""
    try:
        from prompt_toolkit import PromptSession  # start-up: an extra
    except ModuleNotFoundError:
        message = f"the prompt needs prompt_toolkit: {installing('shell')}; without it, lines on"
        raise usage(f"{message} standard input are answered") from None
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # start-up

    path = history()
    return PromptSession(
        PROMPT,
        history=InMemoryHistory() if path is None else FileHistory(str(path)),
        completer=completer(session),
        complete_while_typing=False,
        multiline=True,
        prompt_continuation=CONTINUED,
        key_bindings=bindings(),
        enable_history_search=True,
        reserve_space_for_menu=6,
        enable_open_in_editor=False,
    )


def history() -> Path | None:
    """The file that lines are kept in, in the user's state folder (XDG Base Directory); None where
    there can be none."""
    state = os.environ.get("XDG_STATE_HOME") or ""
    with suppress(OSError, RuntimeError):
        folder = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
        path = folder / "hodiff" / "history"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and path.stat().st_size > MOST_HISTORY:
            path.replace(path.with_suffix(".old"))
        with open(path, "ab"):
            return path
    return None


def bindings() -> Any:
    """Enter ends a text that is whole, and else begins a line; Alt-Enter always begins one."""
    from prompt_toolkit.key_binding import KeyBindings  # start-up: an extra

    keys = KeyBindings()

    @keys.add("enter")
    def _(event: Any) -> None:
        buffer = event.current_buffer
        at_end = not buffer.document.text_after_cursor.strip()
        if complete(buffer.text) or not at_end:
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    @keys.add("escape", "enter")
    def _(event: Any) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def completer(session: Session) -> Any:
    """Commands at the beginning, options behind dashes, and else functions and names."""
    from prompt_toolkit.completion import Completer, Completion  # start-up: an extra

    class Words(Completer):
        def get_completions(self, document: Any, complete_event: Any) -> Iterator[Any]:
            line = document.text_before_cursor.rpartition("\n")[2]
            word, names = candidates(session, line)
            for name in names:
                yield Completion(name, start_position=-len(word))

    return Words()


def candidates(session: Session, line: str) -> tuple[str, list[str]]:
    """The word that a line ends in, and what it may become."""
    word = line.split(" ")[-1]
    first = line.lstrip().partition(" ")[0].removeprefix(":")
    begins = line.lstrip() == word
    if begins and word.startswith(":"):
        names = [f":{name}" for name in dict.fromkeys([*OWN, *session.commands])]
    elif word.startswith("-"):
        command = session.program.commands.get(first)
        names = sorted(command.options()) if isinstance(command, Command) else []
    else:
        from hodiff.engine.operations import FUNCTIONS  # start-up: the prompt comes first

        word = ending(word)
        names = [*session.names.listed_names(), "ans", *(f"{name}(" for name in FUNCTIONS)]
        names = [*session.commands, *names] if begins else names
    return word, sorted({name for name in names if name.startswith(word) and name != word})


def ending(text: str) -> str:
    """The name that a text ends in: of `x*si` it is `si`."""
    n = len(text)
    while n and (text[n - 1].isalnum() or text[n - 1] == "_"):
        n -= 1
    return text[n:]
