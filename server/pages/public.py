"""The pages without a link: reporting, asking by number, the public wall. Pure, and without script."""

from collections.abc import Sequence

import msgspec

from server.pages.frame import framed
from server.pages.html import Html, el, together
from server.pages.look import Look, address, clock_time, day, either, month, say
from sync.fold import Shape
from sync.subjects.issue import text

NATURES = ("help", "complaint", "report", "suggestion", "enquiry")
UNKNOWN = "unknown"
"""Chosen by whoever cannot tell the grid."""
Help = tuple[str, str, str]
"""Whom to call: the name in both languages, and the number."""


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What a form held, so that nothing has to be typed twice."""

    key: str = ""
    words: str = ""
    village: str = ""
    grid: str = ""
    """A grid of that village; `UNKNOWN`; "" for not asked yet."""
    place: str = ""
    nature: str = "help"
    name: str = ""
    phone: str = ""
    confidential: str = ""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where a report may come from."""

    villages: Sequence[tuple[str, str, str]]
    """Code, town and name of each."""
    grids: Sequence[tuple[str, str]]
    """Code and name of each grid of the village that was chosen; one alone is not asked for."""


class Brick(msgspec.Struct, frozen=True, kw_only=True):
    """One matter on the wall: nothing in it was written by a person who reported."""

    shape: Shape
    kind_zh: str
    kind_en: str
    village: str
    who: str
    """The official or unit that has it; "" for the office."""
    office_zh: str
    office_en: str
    due_ms: int


def report_page(look: Look, script: str, places: Places, help_at: Help, typed: Typed, why: str = "") -> str:
    """The form of a report; its grid is asked once the village is known."""
    natures = [el("option", say(look, f"want_{one}"), value=one, selected=one == typed.nature) for one in NATURES]
    form = el(
        "form",
        el("input", type="hidden", name="key", value=typed.key),
        _label(look, "report_words", "words"),
        el("textarea", typed.words, id="words", name="words", rows="5", required=True, maxlength="2000"),
        _label(look, "report_village", "village"),
        el("select", *_options(look, places.villages, typed.village), id="village", name="village", required=True),
        _grid(look, places.grids, typed.grid),
        _label(look, "report_place", "place"),
        _line("place", typed.place, maxlength="100"),
        _label(look, "report_nature", "nature"),
        el("select", *natures, id="nature", name="nature"),
        _label(look, "report_name", "name"),
        _line("name", typed.name, maxlength="20", autocomplete="name"),
        _label(look, "report_phone", "phone"),
        _line("phone", typed.phone, inputmode="tel", autocomplete="tel", maxlength="20", required=True),
        el(
            "label",
            el("input", type="checkbox", name="confidential", value="yes", checked=typed.confidential == "yes"),
            say(look, "report_confidential"),
            class_="choice",
        ),
        el("button", say(look, "report_send"), class_="send", data_sending=say(look, "sending")),
        method="post",
        action=address(look),
    )
    main = together(
        el("h1", say(look, "report_title")),
        el("p", say(look, "report_danger"), class_="box told"),
        _told(look, f"report_{why}" if why else ""),
        el("section", form),
        el("p", say(look, "report_use"), class_="small"),
        _links(look, "query", "wall"),
    )
    return _framed(look, script, main, help_at)


def kept_page(look: Look, script: str, help_at: Help, number: str, link: str) -> str:
    """What a report came to, and the two ways to it later."""
    main = together(
        el("h1", say(look, "kept_title")),
        el(
            "section",
            el("p", say(look, "kept_number")),
            el("p", number, class_="lead"),
            el("p", say(look, "kept_words")),
            el("a", say(look, "kept_open"), href=link, class_="send"),
            class_="good",
        ),
        _links(look, "query", "wall"),
    )
    return _framed(look, script, main, help_at)


def query_page(
    look: Look, script: str, help_at: Help, typed: str = "", why: str = "", blanks: dict[str, str | int] | None = None
) -> str:
    """Number and digits."""
    key = why if why in ("", "locked") else f"query_{why}"
    form = el(
        "form",
        _label(look, "query_number", "number"),
        _line("number", typed, required=True, maxlength="300", autocomplete="off"),
        _label(look, "open_label", "digits"),
        el(
            "input", class_="digits", id="digits", name="digits", inputmode="numeric", pattern="[0-9]{4}", maxlength="4",
            autocomplete="off", title=say(look, "four_digits"),
        ),
        el("button", say(look, "query_send"), class_="send", data_sending=say(look, "sending")),
        method="post",
        action=address(look),
    )  # fmt: skip
    main = together(
        el("h1", say(look, "query_title")),
        _told(look, key, blanks or {}),
        el("section", form, el("p", say(look, "query_note"), class_="small")),
        _links(look, "report", "wall"),
    )
    return _framed(look, script, main, help_at)


def wall_page(look: Look, script: str, help_at: Help, bricks: Sequence[Brick]) -> str:
    """Every matter that may be shown, what changed last on top."""
    main = together(
        el("h1", say(look, "wall_title")),
        el("p", say(look, "wall_words"), class_="small"),
        *(_brick(look, one) for one in bricks),
        "" if bricks else el("section", el("p", say(look, "wall_none"))),
        _links(look, "report", "query"),
    )
    return _framed(look, script, main, help_at)


def staff_page(look: Look, script: str) -> str:
    """In a browser in which staff have entered."""
    told = el(
        "section", el("h2", say(look, "staff_title")), el("p", say(look, "public_staff")), class_="told", role="status"
    )
    return framed(look, script, told, "", "")


def _brick(look: Look, one: Brick) -> Html:
    shape = one.shape
    begun_ms = shape.acts[0].at_ms if shape.acts else look.now_ms
    kind = either(look, one.kind_zh, one.kind_en).split("（", 1)[0].split(" (", 1)[0]
    who = one.who or either(look, one.office_zh, one.office_en)
    line = [el("span", part, " ") for part in (one.village, month(look, begun_ms)) if part]
    until = say(look, "wall_until", day=day(look, one.due_ms), time=clock_time(look, one.due_ms)) if one.due_ms else ""
    late = one.due_ms and one.due_ms < look.now_ms
    over = shape.stage in ("pending_confirm", "closed", "archived")
    return el(
        "section",
        el("h2", kind),
        el("p", *line, class_="kind"),
        el("p", say(look, f"stage_{shape.stage}"), class_="lead"),
        "" if over else el("p", say(look, "wall_who", who=who)),
        el("p", until, class_="late" if late else "") if until else "",
        _result(look, shape),
    )


def _result(look: Look, shape: Shape) -> Html:
    """What came of it, by codes alone: the answer's own words may name somebody."""
    said, content = text(shape, "solved"), text(shape, "satisfaction")
    if shape.stage not in ("closed", "archived") or not said:
        return Html("")
    words = look.words.get(f"resident.wall_{said}", "")
    more = look.words.get(f"resident.{content}", "") if content else ""
    return el("p", "，".join(one for one in (words, more) if one)) if words else Html("")


def _options(look: Look, villages: Sequence[tuple[str, str, str]], chosen: str) -> list[Html]:
    towns = dict.fromkeys(town for _, town, _ in villages)
    groups = [
        el(
            "optgroup",
            *(el("option", name, value=code, selected=code == chosen) for code, of, name in villages if of == town),
            label=town,
        )
        for town in towns
    ]
    return [el("option", say(look, "report_choose"), value=""), *groups]


def _grid(look: Look, grids: Sequence[tuple[str, str]], chosen: str) -> Html:
    if not grids[1:]:
        return Html("")
    named = [*grids, (UNKNOWN, say(look, "report_grid_unknown"))]
    options = (el("option", name, value=code, selected=code == chosen) for code, name in named)
    return together(
        _label(look, "report_grid", "grid"),
        el(
            "select",
            el("option", say(look, "report_choose"), value=""),
            *options,
            id="grid",
            name="grid",
            required=True,
        ),
    )


def _label(look: Look, key: str, name: str) -> Html:
    return el("label", say(look, key), for_=name, class_="above")


def _line(name: str, value: str, **attributes: str | bool) -> Html:
    return el("input", class_="line", id=name, name=name, value=value, **attributes)


def _told(look: Look, key: str, blanks: dict[str, str | int] | None = None) -> Html:
    return el("p", say(look, key, **(blanks or {})), class_="box told", role="alert") if key else Html("")


def _links(look: Look, *names: str) -> Html:
    path = {"lang": look.lang, "print": "big" if look.big else ""}
    asked = "&".join(f"{name}={value}" for name, value in path.items() if value and value != "zh")
    return el(
        "p",
        *(
            el("a", say(look, f"{name}_title"), " ", href=f"/{name}?{asked}" if asked else f"/{name}", class_="back")
            for name in names
        ),
        class_="ways",
    )


def _framed(look: Look, script: str, main: Html, help_at: Help) -> str:
    zh, en, phone = help_at
    return framed(look, script, main, either(look, zh, en), phone)
