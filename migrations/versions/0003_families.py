"""Families, their people and when they were in the scheme."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "family",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("owning_council", sa.String(length=9), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("adjustments", sa.JSON(), nullable=False),
        sa.Column("good_times", sa.JSON(), nullable=False),
        sa.Column("never_times", sa.JSON(), nullable=False),
        sa.Column("evenings", sa.Boolean(), nullable=False),
        sa.Column("preferred_month", sa.Integer(), nullable=True),
        sa.Column("preferred_day", sa.Integer(), nullable=True),
        sa.Column("warning", sa.LargeBinary(), nullable=True),
        sa.Column("before_we_ring", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(preferred_month IS NULL) = (preferred_day IS NULL) AND (preferred_month IS NULL OR preferred_month BETWEEN 1 AND 12) AND (preferred_day IS NULL OR preferred_day BETWEEN 1 AND 31)",
            name=op.f("ck_family_preferred_date"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["staff.id"], name=op.f("fk_family_lead_id")),
        sa.ForeignKeyConstraint(["owning_council"], ["council.code"], name=op.f("fk_family_owning_council")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family")),
        sa.UniqueConstraint("reference", name=op.f("uq_family_reference")),
    )
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_owning_council"), ["owning_council"], unique=False)

    op.create_table(
        "child",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.LargeBinary(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_child_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child")),
    )
    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_family_id"), ["family_id"], unique=False)

    op.create_table(
        "lead",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_lead_family_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_lead_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_reason", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("left_on IS NULL OR left_on >= accepted_on", name=op.f("ck_membership_dates")),
        sa.ForeignKeyConstraint(["accepted_by"], ["staff.id"], name=op.f("fk_membership_accepted_by")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_membership_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("family_id", "accepted_on", name=op.f("uq_membership_family_id_accepted_on")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(
            "uq_membership_current",
            ["family_id"],
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        )

    op.create_table(
        "parent",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("email_index", sa.LargeBinary(), nullable=True),
        sa.Column("email_shared_with", sa.LargeBinary(), nullable=True),
        sa.Column("may_email", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ethnic_group", sa.LargeBinary(), nullable=True),
        sa.Column("disability", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_parent_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parent")),
        sa.UniqueConstraint("family_id", "position", name=op.f("uq_parent_family_id_position")),
    )
    with op.batch_alter_table("parent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parent_email_index"), ["email_index"], unique=False)

    op.create_table(
        "pause",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_pause_dates")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_pause_family_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_pause_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    with op.batch_alter_table("pause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pause_family_id"), ["family_id"], unique=False)

    op.create_table(
        "shut_out",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_shut_out_family_id")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_shut_out_set_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_shut_out_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shut_out")),
        sa.UniqueConstraint("family_id", "staff_id", name=op.f("uq_shut_out_family_id_staff_id")),
    )
    with op.batch_alter_table("shut_out", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shut_out_staff_id_shut_out_family_id"), ["staff_id", "family_id"], unique=False
        )

    op.create_table(
        "stop",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_by", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_stop_family_id")),
        sa.ForeignKeyConstraint(["lifted_by"], ["staff.id"], name=op.f("fk_stop_lifted_by")),
        sa.ForeignKeyConstraint(["stopped_by"], ["staff.id"], name=op.f("fk_stop_stopped_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
    )
    with op.batch_alter_table("stop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stop_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            "uq_stop_current",
            ["family_id"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "phone",
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("may_leave_message", sa.Boolean(), nullable=False),
        sa.Column("may_text", sa.Boolean(), nullable=False),
        sa.Column("who_else", sa.LargeBinary(), nullable=True),
        sa.Column("code_phrase", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_since", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_phone_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
    )
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_number_index"), ["number_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_parent_id"), ["parent_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_parent_id"))
        batch_op.drop_index(batch_op.f("ix_phone_number_index"))

    op.drop_table("phone")
    with op.batch_alter_table("stop", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_stop_current",
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_stop_family_id"))

    op.drop_table("stop")
    with op.batch_alter_table("shut_out", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shut_out_staff_id_shut_out_family_id"))

    op.drop_table("shut_out")
    with op.batch_alter_table("pause", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pause_family_id"))

    op.drop_table("pause")
    with op.batch_alter_table("parent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_parent_email_index"))

    op.drop_table("parent")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_membership_current",
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        )

    op.drop_table("membership")
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_staff_id"))
        batch_op.drop_index(batch_op.f("ix_lead_family_id"))

    op.drop_table("lead")
    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_child_family_id"))

    op.drop_table("child")
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_owning_council"))
        batch_op.drop_index(batch_op.f("ix_family_lead_id"))

    op.drop_table("family")
