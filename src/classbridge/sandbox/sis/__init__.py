"""Made-up SIS: the OneRoster provider with the habits of real products, and faults that can be switched on."""

from classbridge.sandbox.sis.control import SisControl
from classbridge.sandbox.sis.faults import FAULTS
from classbridge.sandbox.sis.personality import Personality, load, names
from classbridge.sandbox.sis.server import SisServer

__all__ = ["FAULTS", "Personality", "SisControl", "SisServer", "load", "names"]
