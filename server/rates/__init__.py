"""Rates that can be defended: each has a numerator, a denominator and the cases behind both. Computed from what the logs add up to."""

from server.rates.measures import Measure, Window
from server.rates.tally import MEASURES, Figure, figures, interval

__all__ = ["MEASURES", "Figure", "Measure", "Window", "figures", "interval"]
