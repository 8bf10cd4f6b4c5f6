from __future__ import annotations

import re
import shutil

import pytest

from bitstockerz_lab import pages
from bitstockerz_lab.errors import LabError, NoChromium
from bitstockerz_lab.pages import chromium, stills

EVIL = "<script>alert(1)</script>"
FIGURE = pages.figure_html(
    {
        "data": [{"y": [1, 3, 2], "name": EVIL}, {"y": [2, 1, 2]}],
        "layout": {"title": {"text": EVIL}},
    },
    label=EVIL,
)


@pytest.fixture
def no_chromium(monkeypatch):
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)


@pytest.fixture
def has_chromium(monkeypatch):
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    try:
        chromium.command()
    except NoChromium:
        pytest.skip("BROWSER MISSING: no chromium is on the PATH")


@pytest.mark.usefixtures("no_chromium")
def test_without_a_chromium_a_figure_says_that_it_is_not_drawn(tmp_path):
    page = pages.save(tmp_path / "a.html", "Title", f"<p>kept</p>{FIGURE}", interactive=False)
    text = page.read_text("utf-8")
    assert text.count("This figure is not drawn.") == 1
    assert f"${chromium.VARIABLE}" in text
    assert "<p>kept</p>" in text
    assert len(text) < 60_000


@pytest.mark.usefixtures("no_chromium")
def test_without_a_chromium_a_pdf_is_one_clear_error_and_no_file(tmp_path):
    with pytest.raises(NoChromium, match="Install one, or name it in"):
        pages.save(tmp_path / "a.pdf", "Title", FIGURE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("called", "told"), [("/no/such/browser", "did not answer"), ("false", "ended with status")]
)
def test_a_browser_that_does_not_work_is_named(monkeypatch, called, told):
    monkeypatch.setenv(chromium.VARIABLE, called)
    with pytest.raises(NoChromium, match=told):
        chromium.print_pdf("<p>page</p>")


def test_a_browser_that_prints_nothing_is_an_error(monkeypatch):
    monkeypatch.setenv(chromium.VARIABLE, "true")
    with pytest.raises(NoChromium, match="printed nothing"):
        chromium.print_pdf("<p>page</p>")


def test_options_may_follow_the_path_of_the_browser(monkeypatch):
    monkeypatch.setenv(chromium.VARIABLE, "/opt/my\\ browser --no-sandbox")
    assert chromium.command() == ["/opt/my browser", "--no-sandbox"]


@pytest.mark.parametrize("name", ["page.txt", "page", "page.htm.gz"])
def test_another_ending_is_refused(tmp_path, name):
    with pytest.raises(LabError, match=r"ends in \.html or \.pdf"):
        pages.save(tmp_path / name, "Title", "")


@pytest.mark.usefixtures("no_chromium")
def test_a_page_without_figures_needs_no_chromium_to_be_still(tmp_path):
    page = pages.save(tmp_path / "new" / "a.HTM", "Title", "<p>text</p>", interactive=False)
    assert "<p>text</p>" in page.read_text("utf-8")


def test_a_drawing_that_is_no_sound_svg_is_not_used():
    assert stills._tidy("<svg><g></svg>", {}) == ""
    assert stills._tidy("<svg><script>alert(1)</script></svg>", {}) == ""


def test_only_coordinates_are_rounded_and_colours_follow_the_theme():
    svg = (
        '<svg width="700" height="300"><path d="M1.2345,6.789Z" style="fill: rgb(1, 2, 3)"/>'
        "<text>1.2345</text></svg>"
    )
    tidied = stills._tidy(svg, {"ink": "rgb(1, 2, 3)"})
    assert 'd="M1.2,6.7Z"' in tidied
    assert "fill: var(--bz-ink)" in tidied
    assert "<text>1.2345</text>" in tidied
    assert 'viewBox="0 0 700 300"' in tidied


def test_a_line_in_steps_stays_within_a_tenth_of_a_pixel_all_the_way():
    places = [(at * 0.3337, 100 + 37.77 * (at % 7) - at * 0.0123) for at in range(3_000)]
    path = "M" + "L".join(f"{x:.4f},{y:.4f}" for x, y in places)
    short = stills._shorter(path)
    x, y = 0.0, 0.0
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", short)]
    assert len(numbers) == 2 * len(places)
    for (to_x, to_y), (wanted_x, wanted_y) in zip(
        zip(numbers[::2], numbers[1::2], strict=True), places, strict=True
    ):
        x, y = x + to_x, y + to_y
        assert abs(x - wanted_x) < 0.06
        assert abs(y - wanted_y) < 0.06
    assert len(short) < 0.7 * len(path)
    assert stills._shorter("M0,0A1.25,1.25,0,0,1,2.55,0Z") == "M0,0A1.2,1.2,0,0,1,2.5,0Z"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.usefixtures("has_chromium")
def test_still_figures_are_svg_for_a_screen_and_for_a_phone(tmp_path):
    page = pages.save(tmp_path / "a.html", "Title", FIGURE + FIGURE, interactive=False)
    text = page.read_text("utf-8")
    assert text.count('<figure class="bz-still" role="img"') == 2
    assert text.count("<svg ") == 4
    assert "var(--bz-muted)" in text
    assert "plotly.js v" not in text
    assert EVIL not in text
    assert "&lt;script&gt;" in text
    assert len(text) < 300_000


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.usefixtures("has_chromium")
def test_a_pdf_is_printed_with_its_figures(tmp_path):
    with_figure = pages.save(tmp_path / "a.pdf", "Title", FIGURE).read_bytes()
    without = pages.save(tmp_path / "b.pdf", "Title", "<p>text</p>").read_bytes()
    assert with_figure.startswith(b"%PDF")
    assert len(with_figure) > len(without) + 3_000
