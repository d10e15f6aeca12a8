"""Plays messages through the phones of a county's workers: batches made offline, then one exchange. Counts what came of it."""

from collections import Counter
from dataclasses import dataclass, field

from server.now import Clock
from server.replay.carrier import Carrier
from server.replay.messages import Message, Typed, fact_fields, title_of, typed, words_of
from sync.op import Json
from sync.rules.book import Book, FactValue
from sync.rules.triage import Proposal, propose

OFFLINE_BATCH = 20
"""Messages a worker takes in before the phone meets a network again."""
LETTER_EVERY = 4
"""Every so many messages is a letter from the box; the others are told to the worker."""
MINUTE_MS = 60_000


@dataclass
class Case:
    """What became of one message."""

    message: Message
    subject: str
    typed: Typed
    proposal: Proposal


@dataclass
class Played:
    """Everything one replay did."""

    cases: list[Case] = field(default_factory=list[Case])
    letters: int = 0
    exchanges: int = 0
    offline_batches: int = 0
    seconds: float = 0.0
    most_waiting: int = 0


def play(
    carriers: list[Carrier],
    book: Book,
    messages: list[Message],
    by_hand: dict[str, dict[str, FactValue]],
    clock: Clock,
) -> Played:
    """Gives the messages to the workers in turn. Each is typed on a phone without network, minutes apart, ending now."""
    played = Played()
    begun_ms = clock()
    for first in range(0, len(messages), OFFLINE_BATCH):
        carrier = carriers[(first // OFFLINE_BATCH) % len(carriers)]
        batch, now_ms = messages[first : first + OFFLINE_BATCH], clock()
        for place, message in enumerate(batch):
            at_ms = now_ms - (len(batch) - place) * MINUTE_MS
            is_letter = (first + place) % LETTER_EVERY == 0
            played.cases.append(_take_in(carrier, book, message, by_hand.get(message.id, {}), at_ms, is_letter))
            played.letters += is_letter
        played.most_waiting = max(played.most_waiting, len(carrier.phone.outbox))
        before = carrier.round_trips
        carrier.exchange(now_ms)
        played.exchanges += carrier.round_trips - before
        played.offline_batches += 1
    played.seconds = (clock() - begun_ms) / 1000
    return played


def _take_in(
    carrier: Carrier, book: Book, message: Message, by_hand: dict[str, FactValue], at_ms: int, is_letter: bool
) -> Case:
    """One message as a worker takes it in: letter or told, registered, the phone's proposal confirmed by the worker."""
    phone, grid = carrier.phone, carrier.grids[0].grid
    held = typed(book, message, by_hand)
    letter = _take_out(carrier, message, at_ms) if is_letter else ""
    issue = phone.make(at_ms, grid, "register", _register(carrier, message, held, letter), kind="issue")
    if letter:
        phone.make(at_ms, grid, "to_issue", {"issue": issue}, subject=letter)
    proposal = propose(book, held.facts)
    phone.make(at_ms, grid, "triage", _confirmed(proposal), subject=issue)
    return Case(message=message, subject=issue, typed=held, proposal=proposal)


def _take_out(carrier: Carrier, message: Message, at_ms: int) -> str:
    fields: dict[str, Json] = {
        "received_ms": at_ms,
        "form": "anonymous",
        "pages": 1,
        "summary": title_of(message),
        "verbatim": words_of(message),
        "confidential": False,
    }
    return carrier.phone.make(at_ms, carrier.grids[0].grid, "take_out", fields, kind="letter")


def _register(carrier: Carrier, message: Message, held: Typed, letter: str) -> dict[str, Json]:
    facts = held.facts
    danger, households, amount = facts.get("danger", []), facts.get("households", 1), facts.get("amount_fen")
    fields: dict[str, Json] = {
        "title": title_of(message),
        "words": words_of(message),
        "channel": "mailbox" if letter else "phone",
        "nature": str(facts.get("nature", "help")),
        "category": held.category if "category" not in facts else str(facts["category"]),
        "anonymous": True,
        "confidential": False,
        "households": households if isinstance(households, int) else 1,
        "danger": list(danger) if isinstance(danger, list) else [],
        "responder": {"person": carrier.phone.person, "name": carrier.name},
        "facts": fact_fields(facts),
    }
    if letter:
        fields["linked"] = [letter]
    if isinstance(amount, int):
        fields["amount_fen"] = amount
    return fields


def _confirmed(proposal: Proposal) -> dict[str, Json]:
    return {
        "track": proposal.track,
        "rule": proposal.rule,
        "reason_zh": proposal.reason_zh,
        "reason_en": proposal.reason_en,
        "book": proposal.book,
        "urgency": proposal.urgency,
        "overrules": "",
    }


def by_rule_and_track(played: Played) -> Counter[tuple[str, str]]:
    """How many matters each rule sent into each track, as the workers confirmed them."""
    return Counter((case.proposal.rule, case.proposal.track) for case in played.cases)


def still_waiting(carriers: list[Carrier]) -> int:
    """Ops without a receipt, over all phones: nothing may be left."""
    return sum(len(carrier.phone.outbox) for carrier in carriers)


def refused(carriers: list[Carrier]) -> Counter[str]:
    """Ops the server refused, by its word."""
    return Counter(receipt.why for carrier in carriers for receipt in carrier.phone.refused)
