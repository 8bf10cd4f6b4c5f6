from __future__ import annotations

from bitstockerz_lab.pages.contents import contents

EVIL = "<script>alert(1)</script>"


def headings(*words, tag="h2"):
    return "\n".join(f"<{tag}>{word}</{tag}>" for word in words)


def test_three_headings_make_a_list_of_links_two_make_none():
    body, links = contents(headings("One", "Two", "Three"))
    assert "<h2 id=part-2>Two</h2>" in body
    assert '<a href="#part-2">Two</a>' in links
    assert contents(headings("One", "Two")) == (headings("One", "Two"), "")


def test_smaller_headings_are_listed_where_larger_ones_are_few():
    body = headings("Large") + headings("a", "b", "c", tag="h3")
    _, links = contents(body)
    assert "Large" not in links
    assert links.count("<li>") == 3


def test_an_id_a_heading_has_is_kept_and_its_markup_is_left_out_of_the_list():
    body = '<h2 class="x" id="own">A <em>B</em> &amp; C</h2>' + headings("Two", "Three")
    changed, links = contents(body)
    assert '<h2 class="x" id="own">' in changed
    assert '<a href="#own">A B &amp; C</a>' in links


def test_a_heading_cannot_break_out_of_the_list():
    escaped = EVIL.replace("<", "&lt;").replace(">", "&gt;")
    _, links = contents(headings(escaped, '" onclick="alert(1)', "Three"))
    assert "<script" not in links
    assert "&lt;script&gt;" in links
    assert 'onclick="' not in links


def test_what_only_looks_like_a_heading_is_left_alone():
    inside = '<script>var x = "<h2>no</h2>";</script><!-- <h2>no</h2> --><svg><h2>no</h2></svg>'
    body, links = contents(inside + headings("One", "Two", "Three"))
    assert body.startswith(inside)
    assert links.count("<li>") == 3


def test_a_long_heading_is_cut_short():
    _, links = contents(headings("word " * 40, "Two", "Three"))
    assert "…</a>" in links
    assert max(map(len, links.split("<li>"))) < 90
