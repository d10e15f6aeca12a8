"""Asks axe-core, inside a page, what a person who cannot see or point well would stumble over."""

from pathlib import Path
from typing import cast

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "pwa" / "node_modules" / "axe-core" / "axe.min.js"

ASK = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: 'tag', values: tags } })
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.html}`))
}"""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """One line for each place on the page that breaks WCAG 2.2 A or AA, or axe's best practice; none is the only good answer."""
    page.evaluate(SOURCE.read_text(encoding="utf-8"))
    return cast("list[str]", page.evaluate(ASK, TAGS))
