"""Trust: who staff are at their own council, reading that somebody should look at, failures that were told."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
    op.drop_table("job_alert")
    op.drop_index("ix_audit_event_opened", table_name="audit_event")
    op.drop_table("staff_identity")
    with op.batch_alter_table("reading_alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_alert_staff_id_reading_alert_noticed_at"))

    op.drop_table("reading_alert")
