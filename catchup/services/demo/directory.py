"""Invented services in every category, for both agencies' areas."""

from datetime import date, timedelta
from random import Random

from catchup.data.demo_names import POSTCODES
from catchup.extensions import db
from catchup.models.directory import Service, ServiceCouncil
from catchup.rules.terms import Category
from catchup.services.demo.people import SOUTH_EAST, SOUTH_YORKSHIRE

OFFERED = {
    Category.ASSESSMENT: (
        "Assessment of support needs",
        "A social worker looks with you at what would help.",
    ),
    Category.THERAPY: (
        "Theraplay sessions",
        "Play-based therapy for parent and child, up to twenty sessions.",
    ),
    Category.PARENTING: (
        "Parenting with connection",
        "Eight evenings on therapeutic parenting, with childcare.",
    ),
    Category.PEERS: ("Adopters' coffee morning", "A relaxed hour with others who know what it is like."),
    Category.IDENTITY: ("Life story workshop", "Making or renewing a life story book, with materials."),
    Category.KEEPING_IN_TOUCH: (
        "Keeping in touch support",
        "Help with letters and meetings with birth family.",
    ),
    Category.UNPLANNED_CONTACT: ("Safe online", "What to do when somebody makes contact unexpectedly."),
    Category.VIOLENCE: (
        "Non-violent resistance group",
        "For parents hurt by a child; calm, practical, no blame.",
    ),
    Category.EDUCATION: (
        "Virtual school advice line",
        "Advice on school places, exclusions and extra money.",
    ),
    Category.SEND: ("FASD network", "Support around fetal alcohol spectrum disorder and EHC plans."),
    Category.HEALTH: ("Young minds clinic", "Mental health appointments for children and teenagers."),
    Category.PARENTS_WELLBEING: ("Breathing space for parents", "Six free counselling sessions for parents."),
    Category.SHORT_BREAKS: ("Saturday club", "A Saturday a month of activities, for a break for everybody."),
    Category.MONEY: ("Money and housing advice", "Benefits, debts and a home with enough room."),
    Category.FAMILY_HELP: ("Family Help", "A family worker who visits and brings the right people together."),
    Category.HERITAGE: ("Roots and pride", "Meeting others of the same heritage, faith or kind of family."),
    Category.LEGAL: (
        "Records and legal questions",
        "Help to understand orders, records and changes of name.",
    ),
    Category.ADVICE_LINES: ("Adoption advice line", "A listening ear every weekday evening."),
    Category.ADULTHOOD: ("Next steps at eighteen", "Access to records and who to ring when grown up."),
}


def add_services(today: date, random: Random) -> list[Service]:
    """One of each category for each agency; a few were last checked too long ago."""
    made = []
    for area, councils in (("South East", SOUTH_EAST), ("South Yorkshire", SOUTH_YORKSHIRE)):
        for number, (category, (name, offers)) in enumerate(OFFERED.items()):
            online = category in (Category.ADVICE_LINES, Category.UNPLANNED_CONTACT)
            service = Service(
                name=f"{name} ({area})",
                category=category,
                offers=offers,
                run_by=random.choice(("the agency", "a charity", "volunteer adopters", "the council")),
                own_staff=random.random() < 0.5,
                online=online,
                venue_postcode=None if online else random.choice(POSTCODES[random.choice(councils)]),
                waiting_weeks=random.choice((0, 0, 2, 4, 8, 16)),
                languages=random.choice((None, None, "Polish", "Urdu, Panjabi")),
                contact=f"01632 9604{number:02d}",
                checked_on=today - timedelta(days=random.choice((10, 40, 90, 150, 240))),
                councils=[ServiceCouncil(council_code=code) for code in councils],
            )
            made.append(service)
    db.session.add_all(made)
    db.session.flush()
    return made
