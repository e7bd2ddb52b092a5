"""Constants of physics by name, for --constants si: CODATA 2022, exact ones as they are defined.

Tiesinga, Mohr, Newell and Taylor, the 2022 CODATA recommended values of the fundamental physical
constants; the International System of Units, 9th edition (2019), for those that define the units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hodiff.errors import HodiffError, unknown
from hodiff.language.checks import names_in


class Physical(NamedTuple):
    """A constant: its value as text of the language, its unit, and its standard uncertainty where
    it is measured."""

    value: str
    unit: str
    spread: str = ""


H, E, K, N, C = "6.62607015e-34", "1.602176634e-19", "1.380649e-23", "6.02214076e23", "299792458"

SI: dict[str, Physical] = {
    "c": Physical(C, "m/s"),
    "h": Physical(H, "J s"),
    "hbar": Physical(f"{H}/(2*pi)", "J s"),
    "e_charge": Physical(E, "C"),
    "k": Physical(K, "J/K"),
    "k_B": Physical(K, "J/K"),
    "N_A": Physical(N, "1/mol"),
    "R": Physical(f"{N}*{K}", "J/(mol K)"),
    "F": Physical(f"{N}*{E}", "C/mol"),
    "sigma": Physical(f"2*pi**5*{K}**4/(15*{H}**3*{C}**2)", "W/(m^2 K^4)"),
    "K_J": Physical(f"2*{E}/{H}", "Hz/V"),
    "R_K": Physical(f"{H}/{E}**2", "ohm"),
    "K_cd": Physical("683", "lm/W"),
    "g_n": Physical("9.80665", "m/s^2"),
    "G": Physical("6.67430e-11", "m^3/(kg s^2)", "0.00015e-11"),
    "m_e": Physical("9.1093837139e-31", "kg", "0.0000000028e-31"),
    "m_p": Physical("1.67262192595e-27", "kg", "0.00000000052e-27"),
    "m_n": Physical("1.67492750056e-27", "kg", "0.00000000085e-27"),
    "m_u": Physical("1.66053906892e-27", "kg", "0.00000000052e-27"),
    "alpha": Physical("7.2973525643e-3", "", "0.0000000011e-3"),
    "eps_0": Physical("8.8541878188e-12", "F/m", "0.0000000014e-12"),
    "mu_0": Physical("1.25663706127e-6", "N/A^2", "0.00000000020e-6"),
    "R_inf": Physical("10973731.568157", "1/m", "0.000012"),
    "a_0": Physical("5.29177210544e-11", "m", "0.00000000082e-11"),
}
SETS = {"si": SI}
SET = "--constants"


def used(which: str, texts: Iterable[str], taken: Sequence[str]) -> list[tuple[str, str]]:
    """Of a set of constants those that texts name and nobody has taken, each with its value as text
    of the language. Raises HodiffError for an unknown set.

    >>> used("si", ["2c²*t + h"], ["h"])
    [('c', '299792458')]
    """
    found = SETS.get(which)
    if found is None:
        raise HodiffError("usage", unknown("set of constants", str(which), SETS), source=SET)
    words = {w for text in texts for w in names_in(text)}
    return [(name, x.value) for name, x in found.items() if name in words and name not in taken]


def told(which: str, names: Sequence[str]) -> list[str]:
    """What has to be said of constants of a set."""
    found, notes = SETS[which], []
    exact = [name for name in names if not found[name].spread]
    if exact:
        units = ", ".join(f"{name} in {found[name].unit}" for name in exact)
        notes.append(f"exact constants of the SI: {units}")
    for name in names:
        value, unit, spread = found[name]
        if spread:
            shown = f"{value} {unit}".rstrip()
            notes.append(
                f"{name} is measured: {shown}, standard uncertainty {spread} (CODATA 2022)"
            )
    return notes
