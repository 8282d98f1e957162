"""What people write as safe HTML: paragraphs, **bold**, *italic*, `code`, quotes, lists, and links.

Only our own words become tags and attributes; everything that people wrote is escaped. An address
is shown as it is: no text can stand for another one, because there are no named links, no pictures
and no HTML. A text with more marks than anybody types is shown as it was typed, so that nobody's
message keeps its readers waiting.
"""

import html
import re
from collections.abc import Sequence
from typing import Any

import mdurl
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from tradepost.messaging.texts import NAME, without_sentence_end

MOST_MARKS = 400  # characters at which the parser stops to think, in one text
MOST_NESTING = 20  # the parser leaves out what is deeper
LONGEST_LINK = 2000
REL = "nofollow ugc noopener noreferrer"
MARK = re.compile(r"[\n!#$%&*+:<=>@\[\]\\^_`{}~-]|\d[.)]")
SCHEME = re.compile(r"(?<![\w.+-])https?\Z", re.IGNORECASE)
LONGEST_SCHEME = len("https")
REST_OF_LINK = re.compile(r"://[^\s<>\"`\\^{}|\[\]]+")
SENTENCE_ENDS = ".,:;!?'\"*_~"
LANGUAGE = re.compile(r"[a-z0-9+#.-]{1,20}", re.IGNORECASE)
HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,10}\.?")


def to_html(body: str) -> str:
    """Return the text as safe HTML in blocks; an empty one for a text without anything to see."""
    if sum(1 for _ in MARK.finditer(body)) > MOST_MARKS:
        return _as_typed(body)
    tokens = _rich.parse(body)
    if any(token.level >= MOST_NESTING - 1 for token in tokens):
        return _as_typed(body)
    return str(_rich.renderer.render(tokens, _rich.options, {}))


def _as_typed(body: str) -> str:
    """Return the text escaped, line by line."""
    lines = html.escape(body.strip(), quote=True).splitlines()
    return f"<p>{'<br>'.join(lines)}</p>\n" if lines else ""


def _link(state: StateInline, silent: bool) -> bool:
    """Make a link of an address; called at the colon, when its scheme is pending already."""
    if not state.src.startswith("://", state.pos):
        return False
    before = SCHEME.search(state.src, max(0, state.pos - LONGEST_SCHEME - 1), state.pos)
    if before is None or not state.pending.endswith(before.group()):
        return False
    # No further than a link may go: of many addresses none is read to the end of the text.
    rest = REST_OF_LINK.match(state.src, state.pos, min(state.posMax, state.pos + LONGEST_LINK))
    if rest is None or rest.end() == state.pos + LONGEST_LINK:
        return False
    address = _without_end(before.group() + rest.group())
    link = _make_link(address)
    if link is None:
        return False
    if not silent:
        state.pending = state.pending[: -len(before.group())]
        _push_link(state, link)
    state.pos += len(address) - len(before.group())
    return True


def _without_end(address: str) -> str:
    """Leave out what ends the sentence and not the address: marks, and brackets opened before."""
    unopened = address.count(")") - address.count("(")
    end = len(address)
    while end and (address[end - 1] in SENTENCE_ENDS or (address[end - 1] == ")" and unopened > 0)):
        end -= 1
        unopened -= address[end] == ")"
    return address[:end]


def _make_link(address: str) -> tuple[str, str] | None:
    """Return where an address leads and how it is shown; None for what only looks like one.

    A host in foreign letters is shown in its plain form: some look just like others. An address
    with a name before its host looks like one of that name.
    """
    if len(address) > LONGEST_LINK:
        return None
    href = _rich.normalizeLink(address)
    parsed = mdurl.parse(href)
    host = (parsed.hostname or "").lower()
    if parsed.auth or not HOST.fullmatch(host):
        return None
    typed_host = address.partition("://")[2].partition("/")[0]
    return href, address if typed_host.isascii() else href


def _push_link(state: StateInline, link: tuple[str, str]) -> None:
    href, shown = link
    state.push("link_open", "a", 1).attrs = {"href": href, "rel": REL}
    state.push("text", "", 0).content = shown
    state.push("link_close", "a", -1)


def _mention(state: StateInline, silent: bool) -> bool:
    """Mark what may name somebody."""
    found = NAME.match(state.src, state.pos, state.posMax)
    name = without_sentence_end(found.group(1)) if found else ""
    if not name:
        return False
    if not silent:
        state.push("mention_open", "span", 1).attrs = {"class": "mention"}
        state.push("text", "", 0).content = f"@{name}"
        state.push("mention_close", "span", -1)
    state.pos += len(name) + 1
    return True


def _code(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any
) -> str:
    """Code in a block, without the language; any other words on its first line belong to it."""
    first_line = tokens[place].info.strip()
    code = tokens[place].content
    if first_line and not LANGUAGE.fullmatch(first_line):
        code = f"{first_line}\n{code}"
    return f"<pre><code>{html.escape(code, quote=True)}</code></pre>\n"


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True, "maxNesting": MOST_NESTING})
    parser.enable(["newline", "escape", "backticks", "emphasis", "blockquote", "list", "fence"])
    parser.inline.ruler.push("link_of_ours", _link)
    parser.inline.ruler.push("mention", _mention)
    parser.add_render_rule("fence", _code)
    return parser


_rich = _make_parser()
