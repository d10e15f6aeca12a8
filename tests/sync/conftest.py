"""How Hypothesis runs here: as long as it takes, for a busy machine is no fault of the core."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
