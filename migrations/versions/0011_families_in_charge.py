"""Families in charge: their own page, offers, and records that may be of one family."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "doubted_form",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column(
            "doubt",
            sa.Enum(
                "many", "hidden_field", name="doubt", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("wording", sa.String(length=20), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_by_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubted_form")),
        sa.UniqueConstraint("reference", name=op.f("uq_doubted_form_reference")),
    )
    with op.batch_alter_table("doubted_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_doubted_form_look_by_on"), ["look_by_on"], unique=False)

    op.create_table(
        "doubted_form_council",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_doubted_form_council_council_code")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["doubted_form.id"], name=op.f("fk_doubted_form_council_form_id")
        ),
        sa.PrimaryKeyConstraint("form_id", "council_code", name=op.f("pk_doubted_form_council")),
    )
    with op.batch_alter_table("doubted_form_council", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_doubted_form_council_council_code"), ["council_code"], unique=False
        )

    op.create_table(
        "link_request",
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
    )
    with op.batch_alter_table("link_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_request_address_index"), ["address_index"], unique=False)
        batch_op.create_index(
            "ix_link_request_waiting",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("handled_at IS NULL"),
            postgresql_where=sa.text("handled_at IS NULL"),
        )

    op.create_table(
        "order_contact",
        sa.Column("family_reference", sa.String(length=40), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("may_email", sa.Boolean(), nullable=False),
        sa.Column("may_text", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["declined_by"], ["staff.id"], name=op.f("fk_order_contact_declined_by")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_order_contact_recorded_by")),
        sa.PrimaryKeyConstraint("family_reference", name=op.f("pk_order_contact")),
    )
    op.create_table(
        "not_the_same",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_not_the_same_order")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_not_the_same_decided_by")),
        sa.ForeignKeyConstraint(["one_id"], ["family.id"], name=op.f("fk_not_the_same_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["family.id"], name=op.f("fk_not_the_same_other_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_not_the_same")),
    )
    op.create_table(
        "access_request",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_access_request_closed")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_access_request_closed_by")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_access_request_family_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_access_request_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
    )
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_request_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_request_family_id"), ["family_id"], unique=False)

    op.create_table(
        "complaint",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
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
            nullable=True,
        ),
        sa.Column("shown_to_lead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_to_lead_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_complaint_answered")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["staff.id"], name=op.f("fk_complaint_answered_by")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_complaint_family_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["staff.id"], name=op.f("fk_complaint_lead_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_complaint_parent_id")),
        sa.ForeignKeyConstraint(
            ["shown_to_lead_by"], ["staff.id"], name=op.f("fk_complaint_shown_to_lead_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaint_answer_by_on"), ["answer_by_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_family_id"), ["family_id"], unique=False)

    op.create_table(
        "parent_visit",
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_parent_visit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parent_visit")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_parent_visit_token_hash")),
    )
    with op.batch_alter_table("parent_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parent_visit_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "call_answer",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "worth",
            sa.Enum(
                "yes", "partly", "no", name="worth", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_answer_call_id")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_call_answer_family_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_call_answer_parent_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["parent_visit.id"], name=op.f("fk_call_answer_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_answer")),
        sa.UniqueConstraint("call_id", "parent_id", name=op.f("uq_call_answer_call_id_parent_id")),
    )
    with op.batch_alter_table("call_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_answer_family_id"), ["family_id"], unique=False)

    op.create_table(
        "wish",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pause",
                "start_again",
                "sooner",
                "time",
                "other_times",
                "not_rung",
                "leave",
                name="wishkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("offered_time_id", sa.Uuid(), nullable=True),
        sa.Column("pause_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_wish_call_id")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_wish_family_id")),
        sa.ForeignKeyConstraint(
            ["offered_time_id"], ["offered_time.id"], name=op.f("fk_wish_offered_time_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_wish_parent_id")),
        sa.ForeignKeyConstraint(["pause_id"], ["pause.id"], name=op.f("fk_wish_pause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    with op.batch_alter_table("wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wish_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_wish_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_wish_offered_time_id"), ["offered_time_id"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "phone",
                "email",
                "home",
                name="proposalkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("confirmed_at IS NULL OR declined_at IS NULL", name=op.f("ck_proposal_one_end")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_proposal_confirmed_by")),
        sa.ForeignKeyConstraint(["declined_by"], ["staff.id"], name=op.f("fk_proposal_declined_by")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_proposal_family_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_proposal_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            "ix_proposal_open",
            ["parent_id"],
            unique=False,
            sqlite_where=sa.text("confirmed_at IS NULL AND declined_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND declined_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_proposal_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "linking",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("added", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_reason", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_linking_undone")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_linking_family_id")),
        sa.ForeignKeyConstraint(["linked_by"], ["staff.id"], name=op.f("fk_linking_linked_by")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_linking_registration_id")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"], name=op.f("fk_linking_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linking")),
    )
    with op.batch_alter_table("linking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_linking_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_linking_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(
            "uq_linking_current",
            ["registration_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "offer",
        sa.Column("family_reference", sa.String(length=40), nullable=False),
        sa.Column("is_reminder", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
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
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_offer_made_by")),
        sa.ForeignKeyConstraint(["posted_by"], ["staff.id"], name=op.f("fk_offer_posted_by")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_offer_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint(
            "family_reference",
            "is_reminder",
            "round",
            name=op.f("uq_offer_family_reference_is_reminder_round"),
        ),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_code_hash"), ["code_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_family_reference"), ["family_reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_made_at"), ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_registration_id"), ["registration_id"], unique=False)

    op.create_table(
        "parent_link",
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "come_in",
                "confirm_contact",
                "confirm_parent",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_parent_link_parent_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_parent_link_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parent_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_parent_link_token_hash")),
    )
    with op.batch_alter_table("parent_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parent_link_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "registration_question",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff.id"], name=op.f("fk_registration_question_answered_by")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_registration_question_asked_by")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_question_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_question")),
    )
    with op.batch_alter_table("registration_question", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registration_question_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "time_reminder",
        sa.Column("offered_time_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offered_time_id"], ["offered_time.id"], name=op.f("fk_time_reminder_offered_time_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_time_reminder_parent_id")),
        sa.PrimaryKeyConstraint("offered_time_id", "parent_id", name=op.f("pk_time_reminder")),
    )


def downgrade() -> None:

    op.drop_table("time_reminder")
    with op.batch_alter_table("registration_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_question_registration_id"))

    op.drop_table("registration_question")
    with op.batch_alter_table("parent_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_parent_link_parent_id"))

    op.drop_table("parent_link")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_registration_id"))
        batch_op.drop_index(batch_op.f("ix_offer_message_id"))
        batch_op.drop_index(batch_op.f("ix_offer_made_at"))
        batch_op.drop_index(batch_op.f("ix_offer_family_reference"))
        batch_op.drop_index(batch_op.f("ix_offer_code_hash"))

    op.drop_table("offer")
    with op.batch_alter_table("linking", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_linking_current",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_linking_registration_id"))
        batch_op.drop_index(batch_op.f("ix_linking_family_id"))

    op.drop_table("linking")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_parent_id"))
        batch_op.drop_index(
            "ix_proposal_open",
            sqlite_where=sa.text("confirmed_at IS NULL AND declined_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND declined_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_proposal_family_id"))

    op.drop_table("proposal")
    with op.batch_alter_table("call_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_answer_family_id"))

    op.drop_table("call_answer")
    with op.batch_alter_table("wish", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wish_offered_time_id"))
        batch_op.drop_index(batch_op.f("ix_wish_family_id"))
        batch_op.drop_index(batch_op.f("ix_wish_call_id"))

    op.drop_table("wish")
    with op.batch_alter_table("parent_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_parent_visit_parent_id"))

    op.drop_table("parent_visit")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaint_family_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_answer_by_on"))

    op.drop_table("complaint")
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_request_family_id"))
        batch_op.drop_index(batch_op.f("ix_access_request_due_on"))

    op.drop_table("access_request")
    op.drop_table("not_the_same")
    op.drop_table("order_contact")
    with op.batch_alter_table("link_request", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_link_request_waiting",
            sqlite_where=sa.text("handled_at IS NULL"),
            postgresql_where=sa.text("handled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_link_request_address_index"))

    op.drop_table("link_request")
    with op.batch_alter_table("doubted_form_council", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_doubted_form_council_council_code"))

    op.drop_table("doubted_form_council")
    with op.batch_alter_table("doubted_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_doubted_form_look_by_on"))

    op.drop_table("doubted_form")
