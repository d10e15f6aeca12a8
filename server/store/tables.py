"""Every table of the store. The log is the truth; what is marked a cache is made again from it by `rebuild`."""

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class Words(TypeDecorator[str]):
    """Text. PostgreSQL cannot hold U+0000, which any phone may send: it is written, and asked for, as U+FFFD there."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return without_nul(value) if value is not None and dialect.name == "postgresql" else value


def without_nul(value: str) -> str:
    """The text as PostgreSQL can hold it. The log's own texts are JSON, which writes U+0000 in six plain characters."""
    return value.replace("\0", "\ufffd")


def _text(name: str, *, key: bool = False, default: str | None = "") -> Column[str]:
    return Column(name, Words, nullable=False, primary_key=key, server_default=None if key else default)


def _whole(name: str, *, default: str | None = None) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=default)


def _moment(name: str) -> Column[int | None]:
    return Column(name, BigInteger, nullable=True)


grids = Table(
    "grids",
    metadata,
    _text("code", key=True),
    _whole("head", default="0"),
    _text("name"),
    _text("village"),
    _text("village_code"),
    _text("town"),
    _text("town_code"),
)
"""One row for each grid; `head` is the last place of its log, and locking the row is locking the log."""

ops = Table(
    "ops",
    metadata,
    _text("grid", default=None),
    _whole("place"),
    _text("device", default=None),
    _whole("seq"),
    _text("hash", default=None),
    _text("subject", default=None),
    _text("kind", default=None),
    _text("name", default=None),
    _text("actor", default=None),
    _text("role", default=None),
    _text("stamp", default=None),
    _whole("claimed_ms"),
    _whole("placed_ms"),
    _whole("credited_ms"),
    _text("text", default=None),
    PrimaryKeyConstraint("grid", "place"),
    Unique("grid", "device", "seq", name="ops_identity"),
    Index("ops_by_device", "device", "seq"),
    Index("ops_by_subject", "subject", "place"),
)
"""The log: ops as their authors wrote them, at their places. Nothing updates or deletes here."""

devices = Table(
    "devices",
    metadata,
    _text("id", key=True),
    _text("person", default=None),
    _whole("head_seq", default="0"),
    _text("head_hash"),
    _text("stamp"),
    _whole("contact_ms"),
    _whole("skew_ms", default="0"),
    _whole("enrolled_ms"),
    _moment("revoked_ms"),
    Index("devices_by_person", "person"),
)
"""Each device's chain as far as it was taken, and its last proven contact."""

refused = Table(
    "refused",
    metadata,
    _text("device", default=None),
    _whole("seq"),
    _text("hash", default=None),
    _text("fate", default=None),
    _text("why", default=None),
    _text("about"),
    Column("text", LargeBinary, nullable=False),
    _whole("at_ms"),
    PrimaryKeyConstraint("device", "seq"),
    Index("refused_by_hash", "device", "hash"),
)
"""Ops that took their number in a chain and entered no log: refused or unreadable, kept as they came."""

parked = Table(
    "parked",
    metadata,
    _text("device", default=None),
    _whole("seq"),
    _text("hash", default=None),
    _text("grid", default=None),
    _text("person", default=None),
    _text("role", default=None),
    _text("about", default=None),
    _whole("credited_ms"),
    _whole("at_ms"),
    _text("settled"),
    _text("settled_by"),
    _text("settled_why"),
    _whole("settled_ms", default="0"),
    PrimaryKeyConstraint("device", "seq"),
    Index("parked_by_grid", "grid"),
)
"""Refused ops that a town may still let in: see `store.parked`."""

absent = Table(
    "absent",
    metadata,
    _text("device", default=None),
    _whole("seq"),
    _text("grid", default=None),
    _text("person", default=None),
    _text("why", default=None),
    _whole("first_ms"),
    _whole("last_ms"),
    PrimaryKeyConstraint("device", "seq"),
    Index("absent_by_grid", "grid"),
)
"""Ops that must exist and have not come: see `store.absent`."""

alarms = Table(
    "alarms",
    metadata,
    _text("device", default=None),
    _whole("seq"),
    _text("hash", default=None),
    _text("why", default=None),
    Column("text", LargeBinary, nullable=False),
    _whole("at_ms"),
    PrimaryKeyConstraint("device", "seq", "hash"),
)
"""What must not happen and did: one identity with two texts, an op of the server's own that its own door refused."""

subjects = Table(
    "subjects",
    metadata,
    _text("subject", key=True),
    _text("kind", default=None),
    _text("grid", default=None),
    _text("stage"),
    _whole("head_place"),
    _text("shape", default=None),
    _text("title"),
    _text("category"),
    _text("urgency"),
    _text("track"),
    _moment("due_ms"),
    _text("due_clock"),
    _text("flags"),
    _text("issue_no"),
    _text("reporter"),
    _whole("alarmed", default="0"),
    _whole("asks", default="0"),
    _whole("begun_ms", default="0"),
    _whole("updated_ms"),
    _text("mark"),
    Index("subjects_marked", "grid", sqlite_where=text("mark <> ''"), postgresql_where=text("mark <> ''")),
    _text("unit"),
    _whole("waits", default="1"),
    Index("subjects_waiting", "grid", sqlite_where=text("waits = 1"), postgresql_where=text("waits = 1")),
    Index("subjects_by_unit", "unit", "kind", "stage"),
    Index("subjects_by_grid", "grid", "kind", "stage"),
    Index("subjects_by_stage", "kind", "stage", "due_ms"),
    Index("subjects_alike", "grid", "category", "begun_ms"),
    Index("subjects_by_number", "issue_no"),
    Index("subjects_by_reporter", "reporter"),
    Index("subjects_by_asks", "asks", "grid"),
)
"""A cache: each subject's shape, and the columns that lists are asked by. `mark`: what is withheld, see `sync.sight`."""

refs = Table(
    "refs",
    metadata,
    _text("subject", default=None),
    _text("field", default=None),
    _text("target", default=None),
    PrimaryKeyConstraint("subject", "field", "target"),
    Index("refs_by_target", "target"),
)
"""A cache: which subject names which other subject, photo or link, and in which field."""

snapshots = Table(
    "snapshots",
    metadata,
    _text("grid", default=None),
    _whole("place"),
    _whole("part"),
    _whole("parts"),
    _whole("at_ms"),
    _text("epoch", default=None),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("grid", "place", "part"),
)
"""A cache: grids as they stood at a place of their logs, in parts packed by brotli, for phones that hold nothing yet."""
marks = Table(
    "marks",
    metadata,
    _text("mark", default=None),
    _text("subject", default=None),
    PrimaryKeyConstraint("mark", "subject"),
)
"""A cache: what records may have in common with their likes, to find those that may be the same."""

links = Table(
    "links",
    metadata,
    _text("hash", key=True),
    _whole("tries", default="0"),
    _whole("tried_ms", default="0"),
)
"""Wrong answers at a resident's link; which issue a link opens is the log's business, see `refs`."""

counters = Table("counters", metadata, _text("name", key=True), _whole("n"))
"""Numbers given out one by one, such as the day's issues."""

people = Table("people", metadata, _text("id", key=True), _text("name", default=None), _text("phone"))

accounts = Table(
    "accounts",
    metadata,
    _text("account", key=True),
    _text("person", default=None),
    _text("password", default=None),
)
"""`password` is an argon2id hash."""

areas = Table(
    "areas",
    metadata,
    _text("person", default=None),
    _text("role", default=None),
    _text("code", default=None),
    _whole("from_ms", default="0"),
    _moment("to_ms"),
    _text("covers"),
    _text("unit"),
    PrimaryKeyConstraint("person", "role", "code", "from_ms"),
)
"""Where a person stands or stood; see `sync.admit.Area`. `covers`: the person who is stood in for there (AB角)."""

standings = Table(
    "standings",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    _whole("at_ms"),
    _text("by", default=None),
    _text("act", default=None),
    _text("person", default=None),
    _text("role"),
    _text("code"),
    _whole("from_ms", default="0"),
    _moment("to_ms"),
    _text("about"),
    Index("standings_by_person", "person"),
)
"""Every change of who may do what and where: when, by whom. Nothing updates or deletes here."""

refresh = Table(
    "refresh",
    metadata,
    _text("hash", key=True),
    _text("family", default=None),
    _text("parent"),
    _text("device", default=None),
    _text("person", default=None),
    _whole("made_ms"),
    _moment("used_ms"),
    _moment("revoked_ms"),
    Index("refresh_by_family", "family"),
    Index("refresh_by_parent", "parent"),
)
"""Refresh tokens by their hash, each pointing to the one it replaced."""

photos = Table(
    "photos",
    metadata,
    _text("hash", key=True),
    _whole("bytes"),
    _text("type", default=None),
    _text("by", default=None),
    _whole("at_ms"),
    _text("kind"),
    _text("kept"),
    _whole("kept_bytes", default="0"),
)
"""Photos and voices that lie on disk whole; which subjects show them stands in `refs`."""

uploads = Table(
    "uploads",
    metadata,
    _text("id", key=True),
    _text("hash", default=None),
    _text("kind", default=None),
    _whole("bytes"),
    _text("by", default=None),
    _text("device", default=None),
    _whole("made_ms"),
    _whole("expires_ms"),
    _moment("done_ms"),
    Index("uploads_by_hash", "device", "hash"),
    Index("uploads_by_end", "expires_ms"),
)
"""Files on their way in; how much of one has come is the length of its file."""

meta = Table("meta", metadata, _text("name", key=True), Column("value", LargeBinary, nullable=False))
"""The epoch and the secrets, made at the first start."""
