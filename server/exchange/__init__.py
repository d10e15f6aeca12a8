"""Takes ops in and gives changes out: the one door by which anything enters a log, the server's own ops included."""

from server.exchange.door import router
from server.exchange.hands import CLERK, IMPORTER, PAGE, Hand, Spoken
from server.exchange.placing import Placing

__all__ = ["CLERK", "IMPORTER", "PAGE", "Hand", "Placing", "Spoken", "router"]
