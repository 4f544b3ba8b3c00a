"""The annual report: its figures are the published ones, its texts are people's, no version changes."""

import io
import re
from datetime import date

import docx
import pytest
from docx.oxml.ns import qn
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.council import Agency, AgencyMembership
from catchup.models.published import AnnualReportText, AnnualReportVersion
from catchup.models.staff import Staff
from catchup.models.target import BudgetShare, Target
from catchup.rules.annual import Section
from catchup.rules.measures import ALL_COUNCILS, Row
from catchup.rules.terms import Role
from catchup.web.manager.annual_content import TITLES
from tests.codes import send, token_of
from tests.factories.families import BEXLEY, KENT, MEDWAY
from tests.factories.orders import a_recorded_order
from tests.factories.published import a_row, published
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 6, 10)
YEAR, BEFORE = "2025-26", "2024-25"
REPORT = f"/reports/annual?year={YEAR}&scope=all"


def rows(more: int = 0) -> list[Row]:
    """A year of two councils: many conversations in one, a few in the other, and who needed what."""
    held = {KENT: 40 + more, MEDWAY: 30, BEXLEY: 3}
    total, everywhere = dict([ALL_COUNCILS]), sum(held.values())
    laid_out = []
    for code in ("M13b", "M8"):
        laid_out += [a_row(code, council, count) for council, count in held.items()]
        laid_out.append(a_row(code, None, everywhere, dimension=total))
    for code, part in (("M6", 0.5), ("M7", 0.4)):
        laid_out += [a_row(code, council, round(count * part), count) for council, count in held.items()]
        laid_out.append(
            a_row(
                code, None, sum(round(count * part) for count in held.values()), everywhere, dimension=total
            )
        )
    for category, count in (("peers", 30), ("send", 12)):
        laid_out.append(a_row("M6", KENT, count, 40 + more, dimension={"category": category}))
        laid_out.append(a_row("M6", None, count, everywhere, dimension={"category": category} | total))
    return laid_out


@pytest.fixture
def hub(session: object, client: FlaskClient) -> Staff:
    """A manager of the hub, signed in, on a day after the year was published."""
    staff = staff_member(Role.MANAGER, hub=True, name="Morgan Hub")
    clock.move_to(TODAY)
    a_recorded_order(date(2024, 5, 1))
    sign_in(client, staff)
    return staff


@pytest.fixture
def told(hub: Staff) -> Staff:
    """Both years are published."""
    published(hub, BEFORE, rows(), as_of=date(2025, 4, 20))
    published(hub, YEAR, rows(more=8))
    return hub


def save(client: FlaskClient) -> str:
    """Save a version and give its address."""
    answer = send(client, f"/reports/annual/save?year={YEAR}&scope=all", page=REPORT)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _agency_of_kent() -> tuple[str, str]:
    """An agency of Kent and Medway alone; gives its key and name."""
    db.session.execute(delete(AgencyMembership))
    agency = Agency(name="Example agency")
    agency.memberships = [
        AgencyMembership(council_code=code, from_on=date(2020, 4, 1)) for code in (KENT, MEDWAY)
    ]
    db.session.add(agency)
    db.session.commit()
    return str(agency.id), agency.name


def write(client: FlaskClient, words: str, section: str = "money"):
    return send(
        client, f"/reports/annual/{section}?year={YEAR}&scope=all", text=words, seen=_seen(client, section)
    )


def _seen(client: FlaskClient, section: str) -> str:
    page = client.get(f"/reports/annual/{section}?year={YEAR}&scope=all").text
    return re.search(r'name="seen" type="hidden" value="([^"]*)"', page)[1]


def test_sections_come_in_the_order_in_which_committees_ask(client: FlaskClient, told: Staff) -> None:
    page = client.get(REPORT).text

    asked = re.findall(r'<h2 id="(\w+)">', page)
    assert asked == [*(section.value for section in Section), "definitions"]
    assert str(TITLES[Section.MONEY]) in page


def test_figures_stand_beside_those_of_the_year_before(client: FlaskClient, told: Staff) -> None:
    page = client.get(REPORT).text

    assert "50.6% (41 of 81)" in page  # 2025-26
    assert "50.7% (37 of 73)" in page  # 2024-25
    assert 'data-label="2024-25"' in page


def test_a_small_number_is_nowhere_in_the_report(client: FlaskClient, told: Staff) -> None:
    page = client.get(REPORT).text

    bexley = re.findall(r'<th scope="row"[^>]*>Bexley</th>(.*?)</tr>', page, re.DOTALL)
    assert bexley
    for row in bexley:
        assert set(re.findall(r">([^<]+)</td>", row)) <= {"hidden", "–"}


def test_every_chart_is_followed_by_its_table(client: FlaskClient, told: Staff) -> None:
    page = client.get(REPORT).text

    figures = re.findall(r'<figure class="cu-chart">(.*?)</figure>', page, re.DOTALL)
    assert figures
    assert all(one.index("<svg") < one.index("<table") for one in figures)


def test_shares_of_the_budget_stand_beside_shares_of_the_work(client: FlaskClient, told: Staff) -> None:
    _agency_of_kent()
    for council, pounds in ((KENT, 60_000), (MEDWAY, 40_000)):
        db.session.add(
            BudgetShare(year=YEAR, council_code=council, pounds=pounds, set_at=clock.now(), set_by=told.id)
        )

    page = text(client.get(REPORT).text)

    assert "Medway £40,000 40.0%" in page


def test_a_target_is_said_to_be_met_or_by_how_much_it_is_missed(client: FlaskClient, told: Staff) -> None:
    for code, value in (("M7", 300), ("M6", 400)):
        db.session.add(Target(year=YEAR, code=code, value=value, set_at=clock.now(), set_by=told.id))

    page = text(client.get(REPORT).text)

    assert "39.5% (32 of 81) 30% Met: 9.5 points above" in page
    assert "50.6% (41 of 81) 40% For comparison: 10.6 points above" in page


def test_until_the_year_is_published_there_are_no_figures(client: FlaskClient, hub: Staff) -> None:
    page = client.get("/reports/annual")

    assert "are not published yet" in page.text
    assert "cu-chart" not in page.text.partition("<main")[2]
    token = token_of(client.get("/families/export"))
    path = f"/reports/annual/save?year={YEAR}&scope=all"
    assert client.post(path, data={"csrf_token": token}).status_code == 404


def test_a_text_stands_in_its_section_and_what_it_was_is_kept(client: FlaskClient, told: Staff) -> None:
    assert write(client, "First words.\n\nSecond <b>words</b>.").status_code == 302
    assert write(client, "Other words.").status_code == 302

    page = client.get(REPORT).text
    assert "Other words." in page
    assert "First words." not in page
    assert (
        "Second &lt;b&gt;words&lt;/b&gt;." in client.get(f"/reports/annual/money?year={YEAR}&scope=all").text
    )
    assert len(db.session.scalars(select(AnnualReportText)).all()) == 2


def test_the_second_of_two_who_write_sees_both_texts_and_loses_nothing(
    client: FlaskClient, told: Staff
) -> None:
    seen = _seen(client, "money")
    write(client, "Theirs.")
    path = f"/reports/annual/money?year={YEAR}&scope=all"

    answer = send(client, path, text="Mine.", seen=seen)

    assert answer.status_code == 409
    assert "Theirs." in answer.text
    assert "Mine.</textarea>" in answer.text
    again = re.search(r'name="seen" type="hidden" value="([^"]*)"', answer.text)[1]
    assert send(client, path, text="Mine.", seen=again).status_code == 302
    assert db.session.scalars(
        select(AnnualReportText.text).where(AnnualReportText.superseded_at.is_(None))
    ).all() == ["Mine."]


def test_the_same_text_sent_twice_is_kept_once(client: FlaskClient, told: Staff) -> None:
    for _each in range(2):
        answer = send(client, f"/reports/annual/money?year={YEAR}&scope=all", text="Words.", seen="")
        assert answer.status_code == 302

    assert len(db.session.scalars(select(AnnualReportText)).all()) == 1


def test_a_version_stays_as_it_was_whatever_happens_afterwards(client: FlaskClient, told: Staff) -> None:
    write(client, "As it was.")
    address = save(client)
    before = client.get(address).text
    published(told, YEAR, rows(more=50), number=2)
    write(client, "As it is now.")

    after = client.get(address).text

    assert before.partition("<h1")[2] == after.partition("<h1")[2]
    assert "As it was." in after
    assert "As it is now." in client.get(REPORT).text


def test_a_version_that_was_tampered_with_is_shown_to_nobody(client: FlaskClient, told: Staff) -> None:
    address = save(client)
    content = db.session.scalars(select(AnnualReportVersion.content)).one()
    db.session.execute(update(AnnualReportVersion).values(content=content | {"title": "Another"}))

    assert client.get(address).status_code == 500
    assert client.get(address.replace("?", "/word?")).status_code == 500


def test_the_word_file_has_the_headings_tables_and_pictures_of_the_page(
    client: FlaskClient, told: Staff
) -> None:
    write(client, "For the committee.")
    address = save(client)
    page = client.get(address).text

    made = docx.Document(io.BytesIO(client.get(address.replace("?", "/word?")).data))

    headings = [one.text for one in made.paragraphs if one.style.name == "Heading 2"]
    assert headings == [*(str(title) for title in TITLES.values()), "How the figures are counted"]
    assert "For the committee." in [one.text for one in made.paragraphs]
    assert len(made.tables) == page.count("<table")
    assert all(table.rows[0]._tr.find(".//" + qn("w:tblHeader")) is not None for table in made.tables)
    pictures = made.element.body.findall(".//" + qn("wp:docPr"))
    assert len(pictures) == page.count("cu-chart__picture")
    assert all(picture.get("descr") for picture in pictures)
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    on_page = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page)
    assert cells == [one.replace("&lt;", "<").replace("&#39;", "'").replace("&amp;", "&") for one in on_page]


def test_what_is_done_with_a_report_is_in_the_audit(client: FlaskClient, told: Staff) -> None:
    write(client, "Words.")
    address = save(client)
    client.get(address)
    client.get(address.replace("?", "/word?"))

    actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("annual_report.%")))
    assert {"write", "save", "view", "version", "download"} <= {one.partition(".")[2] for one in actions}


def test_a_manager_without_an_agency_has_no_report_to_write(client: FlaskClient, told: Staff) -> None:
    db.session.execute(delete(AgencyMembership))
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))

    assert client.get(REPORT).status_code == 404
    assert client.get("/reports/annual").status_code == 404


def test_nobody_writes_for_a_section_that_is_none(client: FlaskClient, told: Staff) -> None:
    assert client.get(f"/reports/annual/gossip?year={YEAR}&scope=all").status_code == 404


def test_an_agency_is_told_of_its_own_councils_out_of_what_was_published_of_all(
    client: FlaskClient, told: Staff
) -> None:
    key, name = _agency_of_kent()
    version = published(told, YEAR, rows(), number=2)
    agency_row = a_row("M6", None, 35, 70, dimension={"agency": name})
    version.content = {"measures": [*version.content["measures"], agency_row.as_dict()]}

    page = client.get(f"/reports/annual?year={YEAR}&scope={key}").text

    assert "50.0% (35 of 70)" in page
    assert "Kent" in page
    assert "Bexley" not in page
