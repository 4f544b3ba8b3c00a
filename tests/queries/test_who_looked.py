"""Who looked at a family is answered while somebody waits, however many rows there are."""

import time
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench.audit_search import AT_A_TIME, _rows
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.queries import audit_search
from catchup.queries.audit_search import Asked
from tests.trust import Measured


@pytest.mark.promise("4.8 who looked")
@pytest.mark.engine_in_ci("sqlite")
def test_who_looked_at_a_family_is_found_among_all_rows(
    session: Session, release: bool, measured: Measured
) -> None:
    rows, random = 1_000_000 if release else AT_A_TIME, Random(4)
    families = [UUID(int=random.getrandbits(128)) for _ in range(rows // 16)]
    people = [UUID(int=random.getrandbits(128)) for _ in range(600)]
    for start in range(0, rows, AT_A_TIME):
        session.execute(insert(core(AuditEvent)), list(_rows(start, families, people, random)))
        session.commit()
    session.execute(text("ANALYZE"))
    session.commit()
    began = time.perf_counter()
    looks, _more = audit_search.found(Asked(family_id=families[0]))
    seconds = time.perf_counter() - began
    measured(f"{len(looks)} looks at a family among {rows:,} rows in {seconds:.2f} s", holds=seconds <= 2)
    assert looks
