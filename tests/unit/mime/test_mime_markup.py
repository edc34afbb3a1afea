"""HTML as people see it, without what they do not see."""

from __future__ import annotations

import pytest

from fm_desktop.providers.mime.markup import content_ids, html_to_text


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ""),
        ("just words", "just words"),
        ("<p>Hello <b>you</b>,</p><p>two<br>lines</p>", "Hello you,\n\ntwo\nlines"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p>a</p><p>&nbsp;</p><p>&nbsp;</p><p>b</p>", "a\n\nb"),
        ("a\n  <i>b</i>\n c", "a b c"),
        ("<span>a</span><span> b</span>", "a b"),
        ("x<sup>2</sup>", "x2"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>after", "- a\n- b\n  - c\n\nafter"),
        ("<ol><li><p>x</p></li><li>y</li></ol>", "1. x\n\n2. y"),
        ("<table><tr><th>Item</th><th>Price</th></tr><tr><td>A</td><td>3</td></tr></table>", "Item  Price\nA  3"),
        ("<table><tr><td><p>one</p><td>two</table>", "one\n\ntwo"),
        (
            "Ana:<blockquote>Hi<br>there<blockquote>old</blockquote></blockquote>Bye",
            "Ana:\n\n> Hi\n> there\n>\n> > old\n>\nBye",
        ),
        ("<pre>a\n  b\tc</pre>d", "a\n  b\tc\n\nd"),
        ("a<hr>b", "a\n---\nb"),
        ("&lt;b&gt; &amp;lt; &euro; &#8364; &#x20ac; &nope;", "<b> &lt; € € € &nope;"),
        ("&#xD800;&#0;&#99999999;", "\ufffd\ufffd\ufffd"),
        ("3 < 4 > 2 & 1", "3 < 4 > 2 & 1"),
        ("<a href='https://x.example/p?a=1&amp;b=2'>Join</a> now", "Join <https://x.example/p?a=1&b=2> now"),
        ("<a href='https://x.example/'>https://x.example</a>", "https://x.example"),
        ("<a href='https://x.example/'><div>Join</div></a> now", "Join\n<https://x.example/> now"),
        ("<a href='https://x.example/'><img></a><a href='https://y.example/'>a<a href=z>b</a></a>", "ab"),
        ("<a href='javascript:alert(1)'>x</a><a href='#y'>y</a>", "xy"),
        ("<a href='https://x.example/" + "q" * 300 + "'>Join</a>", "Join"),
        ("a<script>alert('<b>1</b>')</script>b<style>p{}</style>c<title>t</title>d", "abcd"),
        ("<SCRIPT>x</ScRiPt >a", "a"),
        ("a<!-- no --><!--[if mso]>no<![endif]--><![if !mso]>yes<![endif]>b", "ayesb"),
        ("<?xml version='1.0'?><!DOCTYPE html><html><body>a", "a"),
        ("<img src='http://tracker.example/x.gif' alt='x'>a", "a"),
        ("<div style='display:none'>pre</div>a", "a"),
        ("<div style='color:red; DISPLAY : none'>pre<p>more</p></div>a", "a"),
        ('<span style="mso-hide:all">pre</span>a', "a"),
        ("<div style='max-height:0px;overflow:hidden'>pre</div>a", "a"),
        ("<div style='max-height:0.5em'>a</div>", "a"),
        ("<td style='font-size:0px'><p style='font-size:14px'>a</p></td>", "a"),
        ("<div hidden>pre</div>a", "a"),
        ("<p hidden>pre<p>a", "a"),
        ("<input type=hidden value=x>a", "a"),
        ("<div style='display:none'>all there is</div>", "all there is"),
        ("a\u200c\u00a0\u200c\u00a0\u200c\u00a0\u200c\u00a0b", "ab"),
        ("<p class=don't>a</p> it's", "a\n\nit's"),
        ("<a title='1 > 0' href=x>a</a>", "a"),
        ('<p title="a>b', "b"),
        ("a</p>b</div>c</span>d", "a\n\nbcd"),
        ("<b><i>a</b>b</i>c", "abc"),
        ("a<style>never closed p{} b", "anever closed p{} b"),
        ("a<!-- never closed > b", "a b"),
        ("a < b", "a < b"),
        ("<", "<"),
        ("a<b", "a<b"),
        ("<template>x</template><svg><text>y</text></svg>a", "a"),
        ("one<wbr>two&shy;", "onetwo\xad"),
        ("a\r\nb", "a b"),
    ],
)
def test_text(markup, expected):
    assert html_to_text(markup) == expected


@pytest.mark.parametrize("depth", [300, 20_000])
def test_words_nested_however_deep_are_not_lost(depth):
    assert html_to_text("<div>" * depth + "deep" + "</div>" * depth + "after") == "deep\nafter"
    assert html_to_text("<table><tr><td>" * depth + "deep").strip() == "deep"
    assert "deep" in html_to_text("<blockquote><ul><li>" * depth + "deep")


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a",
        "<a ",
        '<a x="',
        '<a x=">',
        "<a x='",
        "<!--",
        "<!-- >",
        "</p>",
        "<style>",
        "<![",
        "<b>x",
        "&amp;",
        "<td>x",
        "=",
        "<blockquote>x",
        "<ul><li>x",
        "<a href='http://x/y'>x",
        "<div hidden>",
        "&#",
        "<p>",
        "\u200b",
    ],
)
def test_very_much_of_anything_takes_linear_time_and_room(piece):
    """The limit is the test's own time-out."""
    times = 60_000 // len(piece)
    markup = "start " + piece * times + ">" + "</a></b></p></div>" * times
    text = html_to_text(markup)
    assert text.startswith("start")
    assert len(text) < 10 * len(markup)


def test_content_ids_are_found_in_every_notation():
    markup = "<img src=cid:a@x><td background='CID:b%20c@x'><div style=\"background:url(cid:d&#64;x)\">"
    assert content_ids(markup) == {"a@x", "b c@x", "d@x"}
