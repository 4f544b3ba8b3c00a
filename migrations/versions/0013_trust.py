"""Trust: who staff are at their own council, reading that somebody should look at, failures that were told."""

from contextlib import suppress

import sqlalchemy as sa
from alembic import op
from cryptography.exceptions import InvalidTag

from catchup.crypto import ring

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WHERE = "lead.reason"  # the column as it was called, which the key is bound to


LEAD = sa.table(
    "lead",
    sa.column("id", sa.Uuid()),
    sa.column("reason", sa.String()),
    sa.column("sealed_reason", sa.LargeBinary()),
)


def _seal_reasons() -> None:
    """Why a lead changed is typed of a family: what stands there in clear is encrypted."""
    op.add_column("lead", sa.Column("sealed_reason", sa.LargeBinary(), nullable=True))
    written = op.get_bind().execute(sa.select(LEAD.c.id, LEAD.c.reason).where(LEAD.c.reason.is_not(None)))
    for key, reason in written.all():
        op.execute(sa.update(LEAD).where(LEAD.c.id == key).values(sealed_reason=ring.seal(reason, WHERE)))
    op.execute("ALTER TABLE lead DROP COLUMN reason")  # no table is built anew for it


def _open_reasons() -> None:
    """The way back. What these keys do not open is left out."""
    op.add_column("lead", sa.Column("reason", sa.String(length=200), nullable=True))
    sealed = op.get_bind().execute(
        sa.select(LEAD.c.id, LEAD.c.sealed_reason).where(LEAD.c.sealed_reason.is_not(None))
    )
    for key, reason in sealed.all():
        with suppress(KeyError, InvalidTag):
            op.execute(sa.update(LEAD).where(LEAD.c.id == key).values(reason=ring.open(reason, WHERE)))
    op.execute("ALTER TABLE lead DROP COLUMN sealed_reason")


def upgrade() -> None:
    _seal_reasons()
    op.create_table(
        "reading_alert",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("outside_queue", sa.Integer(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["looked_by"], ["staff.id"], name=op.f("fk_reading_alert_looked_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reading_alert_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_alert")),
    )
    with op.batch_alter_table("reading_alert", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reading_alert_staff_id_reading_alert_noticed_at"),
            ["staff_id", "noticed_at"],
            unique=False,
        )

    op.create_table(
        "staff_identity",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("switched_on_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("switched_on_by", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(subject IS NULL) = (linked_at IS NULL)", name=op.f("ck_staff_identity_linked_by_subject")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_identity_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["switched_on_by"], ["staff.id"], name=op.f("fk_staff_identity_switched_on_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_staff_identity_issuer_subject")),
        sa.UniqueConstraint("staff_id", "issuer", name=op.f("uq_staff_identity_staff_id_issuer")),
    )
    op.create_index(
        "ix_audit_event_opened",
        "audit_event",
        ["staff_id", "at", "action", "family_id"],
        unique=False,
        sqlite_where=sa.text("family_id IS NOT NULL"),
        postgresql_where=sa.text("family_id IS NOT NULL"),
    )

    op.create_table(
        "job_alert",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_alert")),
        sa.UniqueConstraint("job", "on", name=op.f("uq_job_alert_job_on")),
    )


def downgrade() -> None:
    _open_reasons()
    op.drop_table("job_alert")
    op.drop_index("ix_audit_event_opened", table_name="audit_event")
    op.drop_table("staff_identity")
    with op.batch_alter_table("reading_alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_alert_staff_id_reading_alert_noticed_at"))

    op.drop_table("reading_alert")
