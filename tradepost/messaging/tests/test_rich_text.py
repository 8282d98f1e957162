"""The text of a message as safe HTML."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradepost.messaging.rich_text import MOST_MARKS, MOST_NESTING, REL, to_html

OURS = {"p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a", "span"}
ATTRIBUTES = {"a": {"href", "rel"}, "span": {"class"}, "ol": {"start"}}


class Reader(HTMLParser):
    """Reads HTML as a browser does, and notes what is in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.text += data

    def handle_comment(self, data) -> None:
        self.tags.append(("comment", {}))

    def handle_decl(self, decl) -> None:
        self.tags.append(("declaration", {}))

    @property
    def links(self) -> list[str | None]:
        return [attrs["href"] for tag, attrs in self.tags if tag == "a"]


def link(address: str, shown: str | None = None) -> str:
    return f'<a href="{address}" rel="{REL}">{shown or address}</a>'


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("", ""),
        ("  \n ", ""),
        ("Hello", "<p>Hello</p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>\n"),
        ("**very** *nice*", "<p><strong>very</strong> <em>nice</em></p>\n"),
        ("the `cart_id`", "<p>the <code>cart_id</code></p>\n"),
        ("```python\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>\n"),
        ("```wait, so\nwhat```", "<pre><code>wait, so\nwhat```</code></pre>\n"),
        ("> you said\n\nyes", "<blockquote>\n<p>you said</p>\n</blockquote>\n<p>yes</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        (r"2 \* 3 \* 4", "<p>2 * 3 * 4</p>\n"),
        ("a_snake_case_name", "<p>a_snake_case_name</p>\n"),
        ("# not a title", "<p># not a title</p>\n"),
        ("    not code", "<p>not code</p>\n"),
        ("Tom & <Jerry> &amp;", "<p>Tom &amp; &lt;Jerry&gt; &amp;amp;</p>\n"),
    ],
)
def test_marks_become_html(body, html):
    assert to_html(body) == html


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("https://example.com", "https://example.com"),
        ("see https://example.com/a?b=c#d.", "https://example.com/a?b=c#d"),
        ("(https://example.com/a)", "https://example.com/a"),
        ("https://example.com/a_(b)", "https://example.com/a_(b)"),
        ("**https://example.com/**", "https://example.com/"),
        ("https://example.com/*a*b_c_d", "https://example.com/*a*b_c_d"),
        ("HTTP://EXAMPLE.COM", "HTTP://EXAMPLE.COM"),
        ("<https://example.com>", "https://example.com"),
        ("https://example.com:8080/x", "https://example.com:8080/x"),
    ],
)
def test_addresses_become_links_that_show_where_they_lead(body, address):
    assert link(address) in to_html(body)


@pytest.mark.parametrize(
    "body",
    [
        "example.com",
        "ann@example.com",
        "mailto:ann@example.com",
        "ftp://example.com",
        "xhttp://example.com",
        "https://paypal.com@example.com/",
        "https://",
        "https:///x",
        "http://-x",
        "http://[::1]/",
        "`https://example.com`",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_what_only_looks_like_an_address_is_no_link(body):
    assert Reader(to_html(body)).links == []


def test_an_address_in_letters_that_look_like_others_is_shown_in_its_plain_form():
    shown = Reader(to_html("https://\u0430pple.com/?xn--pple-43d.com"))

    assert shown.links == ["https://xn--pple-43d.com/?xn--pple-43d.com"]
    assert shown.text.strip() == "https://xn--pple-43d.com/?xn--pple-43d.com"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("@bob", '<p><span class="mention">@bob</span></p>\n'),
        ("Thanks @bob!", '<p>Thanks <span class="mention">@bob</span>!</p>\n'),
        ("Ask @b.o-b.", '<p>Ask <span class="mention">@b.o-b</span>.</p>\n'),
        ("**@bob**", '<p><strong><span class="mention">@bob</span></strong></p>\n'),
        ("bob@example.com", "<p>bob@example.com</p>\n"),
        ("`@bob`", "<p><code>@bob</code></p>\n"),
        ("@ @@ @.", "<p>@ @@ @.</p>\n"),
    ],
)
def test_names_are_marked(body, html):
    assert to_html(body) == html


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](https://example.com 'a\" onmouseover=\"alert(1)')",
    "[https://bank.example](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<https://example.com/\"onmouseover='alert(1)'>",
    "javascript:alert(1)//https://example.com",
    "vbscript:msgbox(1)",
    "&#x6A;avascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    'https://example.com/"onmouseover=alert(1)//',
    "https://example.com/'onmouseover=alert(1)//",
    "https://example.com/`onmouseover=alert(1)`",
    "https://example.com/<script>alert(1)</script>",
    "https://example.com/&quot;&gt;&lt;script&gt;",
    'https://"><script>alert(1)</script>.example.com',
    "https://example.com\u202e/gpj.exe",
    "https://example.com\u2028onmouseover=alert(1)",
    "java\u0000script:alert(1)",
    "\ufeff<\u200bscript>alert(1)</script>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    '```x" onclick="alert(1)\ncode\n```',
    "> <iframe src=//evil.example>\n- <b onclick=alert(1)>",
    "**<b onclick=alert(1)>**",
    '@ann"><script>alert(1)</script>',
    "@<script>alert(1)</script>",
    "1e9. <script>",
    "\\<script\\>alert(1)\\</script\\>",
    "<a href='https://example.com' style='position:fixed'>x</a>",
]


def assert_safe(html: str) -> None:
    for tag, attributes in Reader(html).tags:
        assert tag in OURS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        assert attributes.get("class", "mention") == "mention"
        if tag == "a":
            assert attributes["href"].lower().startswith(("http://", "https://"))
            assert attributes["rel"] == REL


@pytest.mark.parametrize("body", ATTACKS)
@pytest.mark.parametrize("frame", ["{}", "> {}", "- {}", "**{}**", "x{}\n{}", "`{}", "\\{}"])
def test_attacks_stay_text(body, frame):
    assert_safe(to_html(frame.replace("{}", body)))


def test_no_words_stand_for_an_address():
    shown = Reader(to_html("[https://bank.example](https://evil.example)"))

    assert shown.links == ["https://bank.example", "https://evil.example"]
    assert shown.text == "[https://bank.example](https://evil.example)\n"


PIECES = st.sampled_from(
    [*"*_`>-+.:;&<>\"'\\/@#[]()!~ \n\t1ax\u00e9\u05d0\u200d\u202e\x00", "http", "https://", "://",
     "javascript:", "data:", "&lt;", "&#60;", "<script>", "on=", "```", "xn--", "\ud7ff"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("".join))
def test_nothing_that_people_write_becomes_other_html(body):
    assert_safe(to_html(body))


@given(st.lists(st.sampled_from(["> ", "- ", "1. ", "\u00e9", "\n", "  ", "**", "`"]), max_size=80))
def test_no_letter_is_lost(parts):
    body = "".join(parts)

    assert Reader(to_html(body)).text.count("\u00e9") == body.count("\u00e9")


def test_what_is_nested_too_deep_is_shown_as_typed():
    body = "> " * MOST_NESTING + "<b>"

    assert to_html(body) == f"<p>{'&gt; ' * MOST_NESTING}&lt;b&gt;</p>\n"


def test_a_text_with_more_marks_than_anybody_types_is_shown_as_typed():
    usual, strange = "*a* " * (MOST_MARKS // 2), "*a* " * (MOST_MARKS // 2) + "*b*"

    assert to_html(usual).count("<em>") == MOST_MARKS // 2
    assert to_html(strange) == f"<p>{strange}</p>\n"
    assert to_html("<b>\n" * MOST_MARKS).startswith("<p>&lt;b&gt;<br>&lt;b&gt;<br>")
