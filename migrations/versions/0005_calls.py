"""The plan, calls and what was said on them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "welcome",
                "annual",
                "requested",
                "follow_up",
                name="callkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("cycle_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("moving_on", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_over_reason", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "closed_as",
            sa.Enum(
                "done",
                "not_reached",
                "cancelled",
                name="closedas",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_reason", sa.LargeBinary(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("held_council", sa.String(length=9), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name=op.f("ck_call_claim")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_as IS NULL)", name=op.f("ck_call_closed")),
        sa.ForeignKeyConstraint(["claimed_by"], ["staff.id"], name=op.f("fk_call_claimed_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_call_closed_by")),
        sa.ForeignKeyConstraint(["council_code"], ["council.code"], name=op.f("fk_call_council_code")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_call_family_id")),
        sa.ForeignKeyConstraint(["held_council"], ["council.code"], name=op.f("fk_call_held_council")),
        sa.ForeignKeyConstraint(["lead_id"], ["staff.id"], name=op.f("fk_call_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("family_id", "kind", "cycle", name=op.f("uq_call_family_id_kind_cycle")),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index("ix_call_due_council", ["due_on", "council_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_family_id"), ["family_id"], unique=False)
        batch_op.create_index("ix_call_held_council", ["held_on", "held_council"], unique=False)
        batch_op.create_index(
            "ix_call_open_due",
            ["due_on", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_call_open_lead",
            ["lead_id", "due_on", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "planned_call",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "welcome",
                "annual",
                "requested",
                "follow_up",
                name="callkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("cycle_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("moving_on", sa.Boolean(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_planned_call_council_code")
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_planned_call_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_call")),
        sa.UniqueConstraint("family_id", "kind", "cycle", name=op.f("uq_planned_call_family_id_kind_cycle")),
    )
    with op.batch_alter_table("planned_call", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_planned_call_opens_on_planned_call_family_id"),
            ["opens_on", "family_id"],
            unique=False,
        )

    op.create_table(
        "conversation",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("free_to_talk", sa.Boolean(), nullable=False),
        sa.Column("identity_checked", sa.Boolean(), nullable=False),
        sa.Column(
            "need",
            sa.Enum(
                "none",
                "some",
                "high",
                "crisis",
                name="need",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("concern", sa.Boolean(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("no_follow_up_why", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("changes", sa.LargeBinary(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("form_token", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_conversation_by_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_conversation_call_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("form_token", name=op.f("uq_conversation_form_token")),
    )
    op.create_table(
        "escalation",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "not_reached",
                "no_number",
                "crisis",
                "hard_call_not_reached",
                "concern",
                "stopped",
                "registration_late",
                "decision",
                name="escalationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_escalation_call_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_escalation_decided_by")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_escalation_family_id")),
        sa.ForeignKeyConstraint(["raised_by"], ["staff.id"], name=op.f("fk_escalation_raised_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            "ix_escalation_open",
            ["raised_at", "id"],
            unique=False,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.create_index(
            "uq_escalation_open",
            ["family_id", "kind", "call_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        )

    op.create_table(
        "attempt",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "band",
            sa.Enum(
                "9-12",
                "12-15",
                "15-17",
                "17-20",
                name="band",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "completed",
                "not_free",
                "rearranged",
                "declined",
                "asked_to_leave",
                "no_answer",
                "voicemail",
                "somebody_else",
                "wrong_number",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("phone_id", sa.Uuid(), nullable=True),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_attempt_by_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_attempt_call_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_attempt_phone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attempt_by_id_attempt_on_attempt_call_id"),
            ["by_id", "on", "call_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_attempt_call_id"), ["call_id"], unique=False)

    op.create_table(
        "talked_about",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area",
            sa.Enum(
                "wellbeing",
                "school",
                "keeping_in_touch",
                "life_story",
                "parent",
                "home",
                name="area",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "going",
            sa.Enum(
                "well",
                "some_worries",
                "hard",
                "not_talked",
                name="going",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("child_id IS NULL OR parent_id IS NULL", name=op.f("ck_talked_about_person")),
        sa.ForeignKeyConstraint(["call_id"], ["conversation.call_id"], name=op.f("fk_talked_about_call_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_talked_about_child_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_talked_about_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talked_about")),
    )
    with op.batch_alter_table("talked_about", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talked_about_call_id"), ["call_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("talked_about", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talked_about_call_id"))

    op.drop_table("talked_about")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_call_id"))
        batch_op.drop_index(batch_op.f("ix_attempt_by_id_attempt_on_attempt_call_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_escalation_open",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        )
        batch_op.drop_index(
            "ix_escalation_open",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_escalation_family_id"))

    op.drop_table("escalation")
    op.drop_table("conversation")
    with op.batch_alter_table("planned_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_planned_call_opens_on_planned_call_family_id"))

    op.drop_table("planned_call")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_call_open_lead",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_call_open_due",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_call_held_council")
        batch_op.drop_index(batch_op.f("ix_call_family_id"))
        batch_op.drop_index("ix_call_due_council")

    op.drop_table("call")
