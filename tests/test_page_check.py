import pytest

from tests.page_check import BadPageError, check_html, problems_of

GOOD = """<!DOCTYPE html><html lang="en"><head><title>Queue – Catch-up</title>
<link rel="stylesheet" href="/static/app.css"><script type="module" src="/static/app.js"></script></head>
<body><main><h1>Queue</h1><a href="#more">More</a><p id="more">More</p>
<form method="post" action="/go"><input type="hidden" name="t"><label for="a">A</label><input id="a" name="a">
<label>B <input name="b"></label><button>Go</button></form>{}</main></body></html>"""


def test_a_good_page_passes():
    check_html(GOOD)


@pytest.mark.parametrize(
    "addition, sentence",
    [
        ("<p>one<p></div>", "HTML, line"),
        ("<h1>Another</h1>", "2 h1"),
        ('<p id="more">twice</p>', "“more” is there 2 times"),
        ('<p id="a b">x</p>', "is no id"),
        ('<a href="#nowhere">x</a>', "names “nowhere”"),
        ('<label for="nothing">x</label>', "for of <label> names “nothing”"),
        ('<p aria-describedby="more gone">x</p>', "names “gone”"),
        ('<input name="c">', "name='c'> has no label"),
        ('<label for="c"></label><input id="c" name="c">', "has no label"),
        ('<select name="s"><option>1</option></select>', "has no label"),
        ("<button></button>", "A <button> has no name"),
        ('<a href="/x"></a>', "A <a> has no name"),
        ('<img src="/x.png">', "has no alt"),
        ('<fieldset><label>D <input name="d"></label></fieldset>', "no legend"),
        ("<script>alert(1)</script>", "inline <script> has no nonce"),
        ('<p style="color: red">x</p>', "inline style"),
        ('<p onclick="x()">x</p>', "inline onclick"),
        ('<a href="javascript:x()">x</a>', "runs or holds"),
        ('<a href=" java\tscript:x()">x</a>', "runs or holds"),
        ('<img alt="" src="data:image/png;base64,AA">', "runs or holds"),
        ('<img alt="" src="https://tracker.example/x.png">', "tracker.example"),
        ('<img alt="" src="//tracker.example/x.png">', "tracker.example"),
        ('<img alt="" src="/x.png" srcset="/x.png 1x, //tracker.example/y.png 2x">', "tracker.example"),
        ('<form action="https://elsewhere.example/"><button>Go</button></form>', "elsewhere.example"),
        ('<a href="https://www.nhs.uk/" target="_blank">NHS</a>', "noopener"),
        ('<div class="govuk-error-summary"></div>', "names no error"),
        ('<div class="govuk-error-summary"><ul><li><a href="#a">x</a></li></ul></div>', "“Error: Queue”"),
    ],
)
def test_a_bad_page_is_found_out(addition, sentence):
    problems = list(problems_of(GOOD.replace("{}", addition)))

    assert any(sentence in problem for problem in problems), problems


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("<h1>Queue</h1>", "", "0 h1"),
        ("<h1>Queue</h1>", "<h1></h1>", "The h1 is empty"),
        ("<h1>Queue</h1>", "<h1>Families</h1>", "should begin with “Families”"),
        (' lang="en"', "", "language"),
        ("<!DOCTYPE html>", "", "HTML, line 1"),
        ("</head>", '<base href="/x/"></head>', "<base>"),
        ("</head>", '<meta http-equiv="refresh" content="1"></head>', "sends its reader away"),
        ("</head>", '<link rel="preconnect" href="https://fonts.example"></head>', "fonts.example"),
        ("<main>", "<div>", "main"),
    ],
)
def test_a_page_that_lacks_something_is_found_out(old, new, sentence):
    assert old in GOOD

    problems = list(problems_of(GOOD.replace(old, new)))

    assert any(sentence in problem for problem in problems), problems


def test_every_problem_is_told_at_once():
    with pytest.raises(BadPageError) as told:
        check_html(GOOD.replace("{}", '<p style="x">x</p><p id="more">x</p>'))

    assert "inline style" in str(told.value)
    assert "2 times" in str(told.value)


def test_a_link_to_another_site_is_no_fetch():
    check_html(GOOD.replace("{}", '<a href="https://www.nhs.uk/">NHS</a>'))
