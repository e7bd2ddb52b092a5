"""What a user installs: the wheel, built by way of the source archive and used elsewhere."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*command, cwd):
    """What the command prints; paths to Python code that the caller has set are kept from it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from the unpacked source archive, so that this one is known to suffice."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "hatchling", "build")
    run(*build, "-t", "sdist", "-d", folder, cwd=ROOT)
    (archive,) = folder.glob("hodiff-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)  # 3.11.4 brought it
        packed.extractall(folder)
    source = folder / archive.name.removesuffix(".tar.gz")
    run(*build, "-t", "wheel", "-d", folder, cwd=source)
    (path,) = folder.glob("hodiff-*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """A new environment with the wheel in it; hodiff's dependencies are those of this one."""
    folder = tmp_path_factory.mktemp("installed") / "env"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = (sys.executable, "-m", "pip", "--python", scripts / "python", "install")
    run(*pip, "--no-index", "--no-deps", wheel, cwd=folder.parent)
    packages = "import sysconfig; print(sysconfig.get_path('purelib'))"
    (own,) = run(scripts / "python", "-c", packages, cwd=folder.parent).splitlines()
    shared = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    # A folder named in a .pth file comes after the environment's own, and its .pth files, where an
    # editable install of hodiff would be found, are not read.
    Path(own, "dependencies.pth").write_text("\n".join(shared), encoding="utf-8")
    return scripts


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    code = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("hodiff/**/*.py*")}
    code = {name for name in code if name.endswith((".py", ".pyi"))}
    assert "hodiff/__init__.pyi" in code
    assert code | {"hodiff/grammar/hodiff.lark", "hodiff/py.typed"} <= set(names)
    version = wheel.name.split("-")[1]
    manual = f"hodiff-{version}.data/data/share/man/man1/hodiff.1"
    folders = {name.partition("/")[0] for name in names if name != manual}
    assert folders == {"hodiff", f"hodiff-{version}.dist-info"}  # so no tests


def test_the_wheel_is_what_runs(environment, tmp_path):
    where = run(environment / "python", "-c", "import hodiff; print(hodiff.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(environment.parent)


def test_the_command_answers(environment, tmp_path):
    job = ("nth", "x**3", "--at", "x=2", "--order", "2", "--format", "plain")
    assert run(environment / "hodiff", *job, cwd=tmp_path) == "12\n"


def test_the_manual_page_is_where_man_looks(environment):
    """Beside the folder of the command."""
    page = environment.parent / "share" / "man" / "man1" / "hodiff.1"
    assert page.read_bytes() == (ROOT / "docs" / "hodiff.1").read_bytes()
