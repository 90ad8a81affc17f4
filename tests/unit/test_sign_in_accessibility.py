"""The sign-in pages for those who read with their ears and type with their keys (WCAG 2.2)."""

from __future__ import annotations

from ropeway.control.protocol import ApplicationView
from ropeway.model.secret import Secret
from tests.fixtures.browser import Browser, Element
from tests.unit.sign_in_office import PASSWORD, Office, office
from tests.unit.test_sign_in_pages import ANNA, asked, browser, desktop, signed_in

__all__ = ["browser", "desktop", "office"]


def check(page: Element) -> None:
    """What a page must have, whichever it is."""
    (html,) = page.every("html")
    assert html.attributes["lang"] == "en"
    (head,), (heading,), (_main,) = page.every("head"), page.every("h1"), page.every("main")
    (title,) = head.every("title")
    assert heading.words in title.words
    assert not page.every("script")
    ids = [e.attributes["id"] for e in _all(page) if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    labels = {e.attributes["for"]: e.words for e in page.every("label")}
    for one in page.every("input"):
        if one.attributes.get("type") == "hidden":
            continue
        assert labels[one.attributes["id"]], "every field says what it is"
        for reference in one.attributes.get("aria-describedby", "").split():
            assert reference in ids
        assert one.attributes["type"] == "checkbox" or "autocomplete" in one.attributes
    assert all(e.words for e in page.every("button"))
    assert all(e.attributes.get("type") == "submit" for e in page.every("button"))
    assert not [e for e in _all(page) if "tabindex" in e.attributes], "the order of the page is the order of the keys"
    assert not [e for e in _all(page) if any(name.startswith("on") or name == "style" for name in e.attributes)]
    assert len([e for e in _all(page) if "autofocus" in e.attributes]) <= 1
    (viewport,) = [e for e in page.every("meta") if e.attributes.get("name") == "viewport"]
    assert "user-scalable" not in viewport.attributes["content"]


def _all(page: Element) -> list[Element]:
    return [page, *(found for child in page.children for found in _all(child))]


def test_every_page_on_the_way(office: Office, desktop: ApplicationView, browser: Browser) -> None:
    office.control.set_password(ANNA, Secret(PASSWORD), must_change=True)
    check(browser.go(asked(office, desktop)).page)
    check(browser.submit(username=ANNA, password="wrong").page)
    assert browser.alert, "what is wrong is said at once"
    assert [e for e in browser.page.every("input") if e.attributes.get("aria-invalid") == "true"]
    signed_in(browser)
    for new in ("weak", "Another-Horse-8"):
        check(browser.page)
        browser.submit(new=new, again=new)
    check(browser.page)
    check(browser.go(asked(office, desktop, scope="openid Group.Read.All")).page)
    check(browser.go(asked(office, desktop, prompt="select_account")).page)
    check(browser.go(asked(office, desktop, redirect_uri="https://evil.test")).page)
    check(browser.go(f"{office.authority}/oauth2/v2.0/logout").page)


def test_colours_differ_enough() -> None:
    """Text and buttons by WCAG's formula, in both colour schemes."""
    from pathlib import Path

    import ropeway.service.identity.pages as pages

    style = (Path(pages.__file__).parent / "templates" / "style.css").read_text()
    pairs = [("#1b1f24", "#fff"), ("#4a5261", "#fff"), ("#fff", "#1d4f91"), ("#1b1f24", "#fdecec"), ("#b35c00", "#fff"),
             ("#eceff4", "#1f242c"), ("#b8c0cc", "#1f242c"), ("#fff", "#2f66ad"), ("#fff", "#4a1c1e")]  # fmt: skip
    for text, ground in pairs:
        assert text in style
        assert ground in style
        assert _contrast(text, ground) >= 4.5, (text, ground)


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
