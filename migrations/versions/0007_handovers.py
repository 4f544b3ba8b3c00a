"""Handovers, their steps and summaries."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("change_on", sa.Date(), nullable=False),
        sa.Column("from_council", sa.String(length=9), nullable=True),
        sa.Column("to_council", sa.String(length=9), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "three_years",
                "move",
                name="handoverreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "told_only", "full", name="handoverkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("family_asked", sa.Boolean(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_handover_child_id")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_handover_family_id")),
        sa.ForeignKeyConstraint(["from_council"], ["council.code"], name=op.f("fk_handover_from_council")),
        sa.ForeignKeyConstraint(["to_council"], ["council.code"], name=op.f("fk_handover_to_council")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("child_id", "change_on", name=op.f("uq_handover_child_id_change_on")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_handover_change_on_handover_id"), ["change_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_handover_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_handover_from_council_handover_change_on"),
            ["from_council", "change_on"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_handover_to_council_handover_change_on"), ["to_council", "change_on"], unique=False
        )

    op.create_table(
        "handover_step",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "planned",
                "family_told",
                "summary_written",
                "summary_checked",
                "sent",
                "accepted",
                "queried",
                "declined",
                "not_needed",
                "decided",
                name="handoverstepkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_handover_step_by_id")),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_handover_step_council_code")
        ),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_step_handover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_step")),
    )
    with op.batch_alter_table("handover_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_step_handover_id"), ["handover_id"], unique=False)

    op.create_table(
        "handover_summary",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["checked_by"], ["staff.id"], name=op.f("fk_handover_summary_checked_by")),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_handover_summary_handover_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_handover_summary_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_summary")),
    )
    with op.batch_alter_table("handover_summary", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_summary_handover_id"), ["handover_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("handover_summary", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_summary_handover_id"))

    op.drop_table("handover_summary")
    with op.batch_alter_table("handover_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_step_handover_id"))

    op.drop_table("handover_step")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_to_council_handover_change_on"))
        batch_op.drop_index(batch_op.f("ix_handover_from_council_handover_change_on"))
        batch_op.drop_index(batch_op.f("ix_handover_family_id"))
        batch_op.drop_index(batch_op.f("ix_handover_change_on_handover_id"))

    op.drop_table("handover")
