"""An invented population for showing and trying: real councils and postcodes, nobody real."""

from catchup.services.demo.load import DEMO_PASSWORD, Loaded, load
from catchup.services.demo.people import PEOPLE

__all__ = ["DEMO_PASSWORD", "PEOPLE", "Loaded", "load"]
