"""Handover in full: decisions, corrections, links to councils, notices, who rings afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "council_contact",
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)", name=op.f("ck_council_contact_verified")
        ),
        sa.CheckConstraint("verified_by <> set_by", name=op.f("ck_council_contact_somebody_else")),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_council_contact_council_code")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_council_contact_set_by")),
        sa.ForeignKeyConstraint(["verified_by"], ["staff.id"], name=op.f("fk_council_contact_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_contact")),
    )
    with op.batch_alter_table("council_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_council_contact_council_code"), ["council_code"], unique=False)
        batch_op.create_index(
            "uq_council_contact_current",
            ["council_code"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "handover_sending",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("mailbox", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_because",
            sa.Enum(
                "sent_again",
                "wrong_council",
                "withdrawn",
                "taken_back",
                name="sendingend",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("ended_note", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_handover_sending_ended")
        ),
        sa.CheckConstraint("wrong_codes >= 0", name=op.f("ck_handover_sending_wrong_codes")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["council_contact.id"], name=op.f("fk_handover_sending_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_handover_sending_council_code")
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_handover_sending_family_id")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_handover_sending_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_sending")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_handover_sending_token_hash")),
    )
    with op.batch_alter_table("handover_sending", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_sending_family_id"), ["family_id"], unique=False)

    op.create_table(
        "address_council",
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_address_council_address_id")),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_address_council_council_code")
        ),
        sa.PrimaryKeyConstraint("address_id", "from_on", name=op.f("pk_address_council")),
    )
    op.create_table(
        "correction",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column(
            "corrected",
            sa.Enum(
                "order",
                "home",
                "decision",
                name="corrected",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("before_id", sa.Uuid(), nullable=True),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_correction_by_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_correction_child_id")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_correction_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_family_id"), ["family_id"], unique=False)

    op.create_table(
        "council_decision",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.Column(
            "settles",
            sa.Enum(
                "unknown_placing",
                "outside",
                "looked_after",
                "not_said",
                "no_home",
                "divided",
                name="undecided",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_council_decision_dates")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_council_decision_child_id")),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_council_decision_council_code")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_council_decision_recorded_by")),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["staff.id"], name=op.f("fk_council_decision_superseded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_decision")),
    )
    with op.batch_alter_table("council_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_council_decision_child_id"), ["child_id"], unique=False)

    op.create_table(
        "outside_visit",
        sa.Column("sending_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sending_id"], ["handover_sending.id"], name=op.f("fk_outside_visit_sending_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_visit")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_outside_visit_token_hash")),
    )
    with op.batch_alter_table("outside_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outside_visit_sending_id"), ["sending_id"], unique=False)

    op.create_table(
        "calls_afterwards",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("go_on", "stop", name="afterwards", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("their_scheme_from_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_calls_afterwards_family_id")),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_calls_afterwards_handover_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_calls_afterwards_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls_afterwards")),
    )
    with op.batch_alter_table("calls_afterwards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_afterwards_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_afterwards_handover_id"), ["handover_id"], unique=False)

    op.create_table(
        "correction_effect",
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column(
            "effect",
            sa.Enum(
                "planned",
                "changed",
                "withdrawn",
                name="handovereffect",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_council_before", sa.String(length=9), nullable=True),
        sa.Column("to_council_before", sa.String(length=9), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_correction_effect_correction_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_council_before"], ["council.code"], name=op.f("fk_correction_effect_from_council_before")
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_correction_effect_handover_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_council_before"], ["council.code"], name=op.f("fk_correction_effect_to_council_before")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_effect")),
    )
    with op.batch_alter_table("correction_effect", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_correction_effect_correction_id"), ["correction_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_correction_effect_handover_id"), ["handover_id"], unique=False)

    op.create_table(
        "handover_notice",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column(
            "occasion",
            sa.Enum(
                "before", "on_the_day", name="occasion", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("to_council", sa.String(length=9), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "text",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_handover_notice_handover_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_handover_notice_made_by")),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_handover_notice_parent_id")),
        sa.ForeignKeyConstraint(["posted_by"], ["staff.id"], name=op.f("fk_handover_notice_posted_by")),
        sa.ForeignKeyConstraint(["to_council"], ["council.code"], name=op.f("fk_handover_notice_to_council")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_notice")),
        sa.UniqueConstraint(
            "handover_id",
            "parent_id",
            "occasion",
            "to_council",
            name=op.f("uq_handover_notice_handover_id_parent_id_occasion_to_council"),
        ),
    )
    with op.batch_alter_table("handover_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_notice_handover_id"), ["handover_id"], unique=False)

    op.create_table(
        "handover_reminder",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column(
            "mark",
            sa.Enum(
                "six_months",
                "three_months",
                "one_month",
                "on_the_day",
                name="mark",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_handover_reminder_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_reminder")),
        sa.UniqueConstraint("handover_id", "mark", name=op.f("uq_handover_reminder_handover_id_mark")),
    )
    op.create_table(
        "request_review",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("council_then", sa.String(length=9), nullable=True),
        sa.Column("council_now", sa.String(length=9), nullable=True),
        sa.Column(
            "decided",
            sa.Enum(
                "stays", "moved", name="requestreviewed", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("decided_council", sa.String(length=9), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided IS NULL)", name=op.f("ck_request_review_decided")
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_request_review_correction_id")
        ),
        sa.ForeignKeyConstraint(
            ["council_now"], ["council.code"], name=op.f("fk_request_review_council_now")
        ),
        sa.ForeignKeyConstraint(
            ["council_then"], ["council.code"], name=op.f("fk_request_review_council_then")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_request_review_decided_by")),
        sa.ForeignKeyConstraint(
            ["decided_council"], ["council.code"], name=op.f("fk_request_review_decided_council")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["support_request.id"], name=op.f("fk_request_review_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_review")),
    )
    with op.batch_alter_table("request_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_review_correction_id"), ["correction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_review_request_id"), ["request_id"], unique=False)
        batch_op.create_index(
            "uq_request_review_open",
            ["request_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "sending_part",
        sa.Column("sending_id", sa.Uuid(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_sending_part_handover_id")),
        sa.ForeignKeyConstraint(
            ["sending_id"], ["handover_sending.id"], name=op.f("fk_sending_part_sending_id")
        ),
        sa.ForeignKeyConstraint(
            ["summary_id"], ["handover_summary.id"], name=op.f("fk_sending_part_summary_id")
        ),
        sa.PrimaryKeyConstraint("sending_id", "handover_id", name=op.f("pk_sending_part")),
    )
    with op.batch_alter_table("sending_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sending_part_handover_id"), ["handover_id"], unique=False)

    op.create_table(
        "summary_return",
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("because", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_summary_return_by_id")),
        sa.ForeignKeyConstraint(
            ["summary_id"], ["handover_summary.id"], name=op.f("fk_summary_return_summary_id")
        ),
        sa.PrimaryKeyConstraint("summary_id", name=op.f("pk_summary_return")),
    )


def downgrade() -> None:
    op.drop_table("summary_return")

    with op.batch_alter_table("sending_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sending_part_handover_id"))

    op.drop_table("sending_part")
    with op.batch_alter_table("request_review", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_request_review_open",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_request_review_request_id"))
        batch_op.drop_index(batch_op.f("ix_request_review_correction_id"))

    op.drop_table("request_review")
    op.drop_table("handover_reminder")
    with op.batch_alter_table("handover_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_notice_handover_id"))

    op.drop_table("handover_notice")
    with op.batch_alter_table("correction_effect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_effect_handover_id"))
        batch_op.drop_index(batch_op.f("ix_correction_effect_correction_id"))

    op.drop_table("correction_effect")
    with op.batch_alter_table("calls_afterwards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_afterwards_handover_id"))
        batch_op.drop_index(batch_op.f("ix_calls_afterwards_family_id"))

    op.drop_table("calls_afterwards")
    with op.batch_alter_table("outside_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_visit_sending_id"))

    op.drop_table("outside_visit")
    with op.batch_alter_table("council_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_council_decision_child_id"))

    op.drop_table("council_decision")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_family_id"))
        batch_op.drop_index(batch_op.f("ix_correction_child_id"))

    op.drop_table("correction")
    op.drop_table("address_council")
    with op.batch_alter_table("handover_sending", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_sending_family_id"))

    op.drop_table("handover_sending")
    with op.batch_alter_table("council_contact", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_council_contact_current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_council_contact_council_code"))

    op.drop_table("council_contact")
