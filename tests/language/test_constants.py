"""Named constants, and those of physics with --constants si: against mpmath and scipy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.constants
from mpmath import mp

import hodiff
from hodiff import calculate
from hodiff.errors import HodiffError
from hodiff.language.constants import SI

NAMED = {"euler_gamma": mp.euler, "catalan": mp.catalan, "golden_ratio": mp.phi}


@pytest.mark.parametrize("name", NAMED)
def test_a_constant_in_balls_in_doubles_and_on_arrays(name: str) -> None:
    with mp.workdps(60):
        digits = mp.nstr(+NAMED[name], 40, strip_zeros=False)
        assert calculate("value", name, digits=40).value == digits
        assert calculate("value", name + "*x", at={"x": 1}, arithmetic="float").value == float(
            +NAMED[name]
        )
        found = hodiff.compile(f"{name}*x")(np.array([1.0, 2.0]))
    assert found["df_dx"].tolist() == [float(digits)] * 2


def test_a_user_may_bind_them() -> None:
    found = calculate("value", "golden_ratio + catalan", at="golden_ratio=1", let="catalan=2")
    assert found.value == 3
    assert calculate("grad", "catalan*x", wrt="catalan").gradient == {"catalan": "x"}
    assert calculate("value", "catalan = 2; catalan**2").value == "4"
    assert list(hodiff.parse("r*catalan[0]", shapes={"catalan": (2,)})[1]) == ["catalan", "r"]
    assert calculate("roots", "catalan**2 - 4", over={"catalan": (0, 3)}).to_dict()["roots"]


def test_phi_is_an_angle_unless_it_is_bound() -> None:
    assert list(calculate("grad", "r*cos(phi)").gradient) == ["r", "phi"]
    with pytest.raises(HodiffError, match="phi=golden_ratio"):
        calculate("grad", "r*cos(phi)", at={"r": 1})
    found = calculate("value", "phi**2 - phi", let="phi=golden_ratio", at="x=0")
    assert (found.value, found.notes) == (1, [])


def test_the_golden_ratio_is_a_root() -> None:
    found = calculate("check", "x*golden_ratio**2", claim="golden_ratio + 1")
    assert "equal, by identity" in found.text()
    assert calculate("value", "floor(x*golden_ratio**2 - golden_ratio)", at={"x": 1}).value == 1


CODATA = {
    "c": "speed of light in vacuum", "h": "Planck constant", "hbar": "reduced Planck constant",
    "e_charge": "elementary charge", "k": "Boltzmann constant", "k_B": "Boltzmann constant",
    "N_A": "Avogadro constant", "R": "molar gas constant", "F": "Faraday constant",
    "sigma": "Stefan-Boltzmann constant", "K_J": "Josephson constant",
    "R_K": "von Klitzing constant", "K_cd": "luminous efficacy",
    "g_n": "standard acceleration of gravity", "G": "Newtonian constant of gravitation",
    "m_e": "electron mass", "m_p": "proton mass", "m_n": "neutron mass",
    "m_u": "atomic mass constant", "alpha": "fine-structure constant",
    "eps_0": "vacuum electric permittivity", "mu_0": "vacuum mag. permeability",
    "R_inf": "Rydberg constant", "a_0": "Bohr radius",
}  # fmt: skip


def test_every_constant_has_a_reference() -> None:
    assert set(CODATA) == set(SI)


@pytest.mark.parametrize("name", SI)
def test_physical(name: str) -> None:
    """scipy has the value as NIST prints it, what is exact cut to some digits."""
    value, _, uncertainty = scipy.constants.physical_constants[CODATA[name]]
    found = calculate("value", f"{name}*x", at={"x": 1}, constants="si")
    assert float(found.value) == pytest.approx(value, rel=1e-9 if not uncertainty else 1e-15)
    (note,) = found.notes
    assert ("is measured" in note) == bool(uncertainty) == bool(SI[name].spread)
    if uncertainty:
        assert float(SI[name].spread) == pytest.approx(uncertainty, rel=1e-12)


def test_exact_ones_are_exact() -> None:
    found = calculate("value", "h*c*x", at={"x": 10**42}, constants="si", exact=True)
    assert found.value == 662607015 * 299792458
    assert calculate("check", "x*hbar", claim="h/(2*pi)", constants="si").answer.code == 0


def test_what_a_user_binds_wins() -> None:
    at = calculate("grad", "c*h*x", at={"c": 2, "x": 3}, let={"h": 5}, constants="si")
    assert at.gradient == {"c": 15, "x": 10} and not at.notes
    assert calculate("grad", "c*x", wrt="c", constants="si").gradient == {"c": "x"}
    assert calculate("value", "f(c) = 2*c; f(3)", constants="si").value == "6"
    assert calculate("value", "sum(k, k, 1, 3)", constants="si").value == "6"
    assert calculate("value", "2*v", at={"v": "c"}, constants="si").value == 599584916
    assert calculate("grad", "c*x").gradient == {"c": "x", "x": "c"}  # without the set


@pytest.mark.parametrize(
    ("text", "value"),
    [("2c", 599584916), ("3c²", 3 * 299792458**2), ("|c|", 299792458), ("1e3c/c²", 1e3 / 299792458),
     ("2³c", 8 * 299792458), ("2catalan²", 2 * float(mp.catalan) ** 2)],
)  # fmt: skip
def test_in_notation(text: str, value: float) -> None:
    found = calculate("value", f"({text})*x", at={"x": 1}, constants="si")
    assert found.value == pytest.approx(value, rel=1e-15)
    assert (found.notes == ["exact constants of the SI: c in m/s"]) == ("catalan" not in text)
    at = calculate("value", "x", at={"x": f"({text})"}, constants="si")
    assert at.value == found.value and at.notes == found.notes


@pytest.mark.parametrize(
    "text",
    ["k = 3; k*x", "f(c) = c*x; f(2)", "sum(h*x, h, 0, 2)", "k = 3; c = k; f(h) = h*c; f(x)"],
)
def test_what_the_text_binds_is_none(text: str) -> None:
    assert not calculate("grad", text, constants="si").notes
    assert calculate("grad", f"{text} + G*x", constants="si").notes[0].startswith("G is measured")


def test_a_variable_with_the_name_of_a_constant() -> None:
    assert calculate("grad", "2catalan²", wrt="catalan").gradient == {"catalan": "4*catalan"}
    assert not calculate("grad", "0*2y + x", wrt="x,y").notes[1:]


def test_an_unknown_set() -> None:
    with pytest.raises(HodiffError) as fault:
        calculate("value", "c", constants="us")
    assert fault.value.exit_code == 2
    assert fault.value.message == "unknown set of constants 'us': it can be si"


def test_compiled() -> None:
    compiled = hodiff.compile("G*m/r**2", constants="si")
    assert compiled.inputs == ("m", "r")
    assert compiled(1.0, 1.0)["df_dm"] == 6.6743e-11
    assert any("G is measured" in note for note in compiled.notes)
