"""The directory, signposts, support requests and concerns."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "assessment",
                "therapy",
                "parenting",
                "peers",
                "identity",
                "keeping_in_touch",
                "unplanned_contact",
                "violence",
                "education",
                "send",
                "health",
                "parents_wellbeing",
                "short_breaks",
                "money",
                "family_help",
                "heritage",
                "legal",
                "advice_lines",
                "adulthood",
                "nothing",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("offers", sa.String(length=1000), nullable=False),
        sa.Column("run_by", sa.String(length=200), nullable=False),
        sa.Column("own_staff", sa.Boolean(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("venue_postcode", sa.String(length=8), nullable=True),
        sa.Column("waiting_weeks", sa.Integer(), nullable=True),
        sa.Column("languages", sa.String(length=200), nullable=True),
        sa.Column("contact", sa.String(length=300), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_category"), ["category"], unique=False)

    op.create_table(
        "service_council",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_service_council_council_code")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_council_service_id")),
        sa.PrimaryKeyConstraint("service_id", "council_code", name=op.f("pk_service_council")),
    )
    op.create_table(
        "concern",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "child_at_risk",
                "domestic_abuse",
                "adult_at_risk",
                "child_to_parent_violence",
                "other",
                name="concernkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("where_child_is", sa.LargeBinary(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_who", sa.LargeBinary(), nullable=True),
        sa.Column("told_reference", sa.LargeBinary(), nullable=True),
        sa.Column("parent_told", sa.Boolean(), nullable=True),
        sa.Column("parent_not_told_why", sa.LargeBinary(), nullable=True),
        sa.Column("no_referral_reason", sa.LargeBinary(), nullable=True),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(told_at IS NOT NULL) <> (no_referral_reason IS NOT NULL)",
            name=op.f("ck_concern_told_or_why_not"),
        ),
        sa.CheckConstraint(
            "no_referral_reason IS NULL OR agreed_by IS NOT NULL", name=op.f("ck_concern_agreed")
        ),
        sa.CheckConstraint(
            "parent_told = (parent_not_told_why IS NULL)", name=op.f("ck_concern_parent_told")
        ),
        sa.CheckConstraint(
            "told_at IS NULL OR (told_who IS NOT NULL AND told_reference IS NOT NULL)",
            name=op.f("ck_concern_told"),
        ),
        sa.CheckConstraint(
            "told_at IS NULL OR parent_told IS NOT NULL", name=op.f("ck_concern_parent_asked_about")
        ),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["staff.id"], name=op.f("fk_concern_acknowledged_by")),
        sa.ForeignKeyConstraint(["agreed_by"], ["staff.id"], name=op.f("fk_concern_agreed_by")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_concern_call_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_concern_child_id")),
        sa.ForeignKeyConstraint(["council_code"], ["council.code"], name=op.f("fk_concern_council_code")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_concern_family_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_concern_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
    )
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concern_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            "ix_concern_open",
            ["recorded_at", "id"],
            unique=False,
            sqlite_where=sa.text("acknowledged_at IS NULL"),
            postgresql_where=sa.text("acknowledged_at IS NULL"),
        )

    op.create_table(
        "signpost",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("written_in", sa.String(length=200), nullable=True),
        sa.Column(
            "category",
            sa.Enum(
                "assessment",
                "therapy",
                "parenting",
                "peers",
                "identity",
                "keeping_in_touch",
                "unplanned_contact",
                "violence",
                "education",
                "send",
                "health",
                "parents_wellbeing",
                "short_breaks",
                "money",
                "family_help",
                "heritage",
                "legal",
                "advice_lines",
                "adulthood",
                "nothing",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "category = 'nothing' OR service_id IS NOT NULL OR written_in IS NOT NULL",
            name=op.f("ck_signpost_service"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_signpost_call_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_signpost_child_id")),
        sa.ForeignKeyConstraint(["council_code"], ["council.code"], name=op.f("fk_signpost_council_code")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_signpost_family_id")),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name=op.f("fk_signpost_given_by")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_signpost_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signpost")),
    )
    with op.batch_alter_table("signpost", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signpost_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signpost_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_signpost_given_on_signpost_council_code"),
            ["given_on", "council_code"],
            unique=False,
        )

    op.create_table(
        "support_request",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "assessment",
                "therapy_fund",
                "family_help",
                "life_story",
                "other",
                name="supportkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("council_reason", sa.String(length=500), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_support_request_call_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_support_request_child_id")),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_support_request_council_code")
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_support_request_family_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_support_request_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_request")),
    )
    with op.batch_alter_table("support_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_request_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_support_request_received_on_support_request_council_code"),
            ["received_on", "council_code"],
            unique=False,
        )

    op.create_table(
        "signpost_result",
        sa.Column("signpost_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "received",
                "not_taken_up",
                name="signpostoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "barrier",
            sa.Enum(
                "travel",
                "cost",
                "waiting_list",
                "times",
                "not_eligible",
                "language",
                "online_only",
                "changed_mind",
                "other",
                name="barrier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'not_taken_up') = (barrier IS NOT NULL)",
            name=op.f("ck_signpost_result_barrier_given"),
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_signpost_result_recorded_by")),
        sa.ForeignKeyConstraint(
            ["signpost_id"], ["signpost.id"], name=op.f("fk_signpost_result_signpost_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signpost_result")),
    )
    with op.batch_alter_table("signpost_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signpost_result_signpost_id"), ["signpost_id"], unique=False)

    op.create_table(
        "support_request_step",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "received",
                "decided",
                "started",
                "refused",
                name="supportstep",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_support_request_step_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["support_request.id"], name=op.f("fk_support_request_step_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_request_step")),
    )
    with op.batch_alter_table("support_request_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_request_step_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("support_request_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_request_step_request_id"))

    op.drop_table("support_request_step")
    with op.batch_alter_table("signpost_result", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signpost_result_signpost_id"))

    op.drop_table("signpost_result")
    with op.batch_alter_table("support_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_request_received_on_support_request_council_code"))
        batch_op.drop_index(batch_op.f("ix_support_request_family_id"))

    op.drop_table("support_request")
    with op.batch_alter_table("signpost", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signpost_given_on_signpost_council_code"))
        batch_op.drop_index(batch_op.f("ix_signpost_family_id"))
        batch_op.drop_index(batch_op.f("ix_signpost_call_id"))

    op.drop_table("signpost")
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_concern_open",
            sqlite_where=sa.text("acknowledged_at IS NULL"),
            postgresql_where=sa.text("acknowledged_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_concern_family_id"))

    op.drop_table("concern")
    op.drop_table("service_council")
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_category"))

    op.drop_table("service")
