"""The command line as a process: streams, colours, encodings and what a start imports."""

import os
import subprocess
import sys
import sysconfig

import pytest

HODIFF = (os.path.join(sysconfig.get_path("scripts"), "hodiff"),)
MODULE = (sys.executable, "-m", "hodiff")
GRAD = ("grad", "w1**2*sin(w2)", "--at", "w1=1,w2=pi/2")


def run(*arguments, command=HODIFF, cwd=None, **env):
    inherited = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    env = {**inherited, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(
        [*command, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=env,
        cwd=cwd,
    )


def test_python_m_hodiff_answers():
    ran = run("grad", "-x**2", "--at", "x=1", "--format", "plain", command=MODULE)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "-2\n", "")


def test_the_command_imports_nothing_from_the_folder_it_is_run_in(tmp_path):
    """`python -m hodiff` would: Python puts the folder first."""
    for name in ("hodiff", "click", "numpy", "rich", "flint", "json", "select"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('foreign')\n")
    (tmp_path / "w.csv").write_text("1,2\n")
    for form in ("table", "json"):
        ran = run("grad", "sum(exp(w))", "--at", "w=@w.csv", "--format", form, cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, "")
    command = (sys.executable, "-m", "hodiff")
    assert "foreign" in run("value", "1", command=command, cwd=tmp_path).stderr


def test_python_m_hodiff_leaves_in_pythons_way():
    """What profilers and coverage do at the end is done."""
    profiled = (sys.executable, "-m", "cProfile", "-m", "hodiff")
    ran = run("grad", "-x**2", "--at", "x=1", "--format", "plain", command=profiled)
    assert ran.stdout.startswith("-2\n") and "function calls" in ran.stdout


def test_all_of_a_long_answer_is_written():
    ran = run("grad", "sum(w*w)", "--at", "w=[" + ",".join(map(str, range(9000))) + "]",
              "--format", "plain")  # fmt: skip
    assert ran.stdout.split() == [str(2 * i) for i in range(9000)]


def test_exit_codes_reach_the_shell():
    assert run("grad", "log(x)", "--at", "x=-1").returncode == 1
    ran = run("grad", "log(", "--format", "json")
    assert ran.returncode == 2
    assert ran.stdout.startswith('{"error": {"kind": "syntax"')


def test_a_start_imports_only_what_the_format_needs():
    heavy = "[m for m in ('rich', 'numpy', 'scipy', 'flint', 'csv', 'json') if m in sys.modules]"
    code = f"import sys; from hodiff.cli import main; main(sys.argv[1:]); print({heavy})"
    job = ("nth", "x**3", "--at", "x=2", "--order", "2", "--format")
    command = (sys.executable, "-c", code)
    assert run(*job, "plain", command=command).stdout == "12\n[]\n"
    assert run(*job, "json", command=command).stdout.endswith("\n['json']\n")
    assert run(*job, "table", command=command).stdout.endswith("\n['rich']\n")


def test_what_is_piped_has_no_colours():
    for env in ({}, {"FORCE_COLOR": "1"}, {"CLICOLOR_FORCE": "1"}):
        ran = run(*GRAD, TERM="xterm-256color", **env)
        assert "┌" in ran.stdout
        assert "\x1b" not in ran.stdout


def test_stdout_without_unicode():
    ran = run("hessian", "θ**2*x", "--at", "θ=1,x=2", PYTHONIOENCODING="ascii")
    assert ran.returncode == 0
    assert ran.stdout.isascii()
    assert "d2f" in ran.stdout
    assert "\\u03b8**2*x\n" in ran.stdout
    ran = run("grad", "θ**2", "--format", "json", PYTHONIOENCODING="ascii")
    assert '{"\\u03b8": "2*\\u03b8"}' in ran.stdout
    ran = run("grad", "θ**2", "--format", "json", PYTHONIOENCODING="utf-8")
    assert '{"θ": "2*θ"}' in ran.stdout


posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


@posix
def test_a_closed_pipe_ends_quietly():
    for arguments in (("functions",), ("--help",), ("gard", "--format", "json")):
        reader, writer = os.pipe()
        os.close(reader)
        ran = subprocess.run([*HODIFF, *arguments], stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        message = b"" if "gard" not in arguments else b"error: unknown command 'gard'"
        assert ran.stderr.startswith(message)
        assert ran.stderr.count(b"\n") == 2 * len(message[:1])
        assert ran.returncode == 2 * len(message[:1])


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error():
    with open("/dev/full", "w") as full:
        ran = subprocess.run([*HODIFF, *GRAD], stdout=full, stderr=subprocess.PIPE)
    assert ran.returncode == 2
    assert ran.stderr == b"error: the answer can't be written: No space left on device\n"


def in_terminal(width, *arguments, **env):
    """What a process prints to a terminal so many columns wide, and its exit code."""
    import fcntl
    import pty
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [*HODIFF, *arguments],
        stdin=child,
        stdout=child,
        stderr=child,
        env={**inherited, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **env},
    )
    os.close(child)
    printed = b""
    while True:
        try:
            some = os.read(parent, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not some:
            break
        printed += some
    os.close(parent)
    return printed.decode().replace("\r\n", "\n"), process.wait()


@posix
@pytest.mark.parametrize("width, grid", [(40, False), (60, True), (80, True), (200, True)])
def test_a_terminal_of_that_width(width, grid):
    printed, code = in_terminal(width, *GRAD, NO_COLOR="1")
    assert code == 0
    assert ("┌" in printed) == grid
    assert max(map(len, printed.splitlines())) <= max(width, 40)
    assert f" {1.5707963267948966}" in printed or f"w2={1.5707963267948966}\n" in printed


@posix
def test_no_color():
    assert "\x1b[1m" in in_terminal(80, *GRAD)[0]
    assert "\x1b" not in in_terminal(80, *GRAD, NO_COLOR="1")[0]
    assert "\x1b[1m" in in_terminal(80, *GRAD, NO_COLOR="")[0]  # empty: not set
