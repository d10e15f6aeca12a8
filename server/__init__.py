"""The server: one file or folder per station, in the order data passes. What an op means is not here but in sync."""

__version__ = "0.1.0"
