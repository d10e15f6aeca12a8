"""The frame of every resident's page: head, switches on top, the telephone below. No script is needed and none is inline."""

import base64
import hashlib
import json
from pathlib import Path

from server.pages.html import Html, Inside, document, el, together, verbatim
from server.pages.look import Look, address, say, tel

STYLE = " ".join(Path(__file__).with_name("resident.css").read_text(encoding="utf-8").split())
"""Sent inside the page, so that a slow line needs one round trip; the policy names its hash instead of opening the door."""

STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", f"style-src '{STYLE_HASH}'", "img-src data:", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'", "require-trusted-types-for 'script'",
))  # fmt: skip

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every answer under a resident's address bears (reliability 7.6, 7.7)."""

OWN_SCRIPT = "src/resident.ts"


def script_of(apps: Path) -> str:
    """The address of the page's script in the folder of the built apps; "" when it was not built: the page works without."""
    try:
        manifest = json.loads((apps / "resident" / ".vite" / "manifest.json").read_bytes())
        return f"/r-assets/{manifest[OWN_SCRIPT]['file']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def framed(look: Look, script: str, main: Html, help_name: str, help_phone: str, last: str = "") -> str:
    """The whole page around its main part; `last` is what stands below everything."""
    head = together(
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="robots", content="noindex, nofollow"),
        el("meta", name="format-detection", content="telephone=no"),
        el("title", say(look, "doc_title")),
        el("link", rel="icon", href="data:,"),
        verbatim("style", STYLE),
        el("script", type="module", src=script) if script else "",
    )
    body = together(_top(look), el("main", main), _help(look, help_name, help_phone, last))
    return document(look.code, head, body, class_="big" if look.big else "")


def section(title: str, *inside: Inside, class_: str = "") -> Html:
    """A part of the page with its heading."""
    return el("section", el("h2", title), *inside, class_=class_)


def written(text: str) -> Html:
    """What a person wrote, its line breaks kept, its direction of writing its own."""
    return el("p", text, class_="written", dir="auto")


def _top(look: Look) -> Html:
    other = "zh" if look.lang == "en" else "en"
    switches = together(
        el("button", say(look, "aloud"), type="button", hidden=True, data_aloud=say(look, "aloud_stop")),
        el(
            "a", say(look, "print_normal" if look.big else "print_big"),
            href=address(look, print="" if look.big else "big"), data_print=say(look, "print_big" if look.big else "print_normal"),
        ),
        el("a", say(look, "other_lang"), href=address(look, lang="en" if other == "en" else ""), hreflang=other, lang=other),
    )  # fmt: skip
    return el(
        "header", el("p", say(look, "brand"), class_="brand"), el("nav", switches, aria_label=say(look, "switches"))
    )


def _help(look: Look, name: str, phone: str, last: str) -> Html:
    line = el("p", name, el("br"), tel(look, phone)) if phone else ""
    return el("footer", el("h2", say(look, "help_title")) if phone else "", line, el("p", last) if last else "")
