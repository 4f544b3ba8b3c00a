"""Managers and administrators: targets, published tables, workload, breaches, reviews, imports."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_signpost_category_of_call", "signpost", ["call_id", "category"], unique=False)
    op.create_index("ix_attempt_outcome_of_call", "attempt", ["call_id", "outcome"], unique=False)
    op.create_index(
        "ix_conversation_need_of_call",
        "conversation",
        ["call_id", "need", "minutes", "held_at"],
        unique=False,
    )
    # Plain statements: the table is old, and is not to be built anew on SQLite.
    op.add_column("setting", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("setting", sa.Column("taken_back_by", sa.Uuid(), nullable=True))
    op.drop_index("uq_setting_name_from_on", table_name="setting")
    op.create_index(
        "uq_setting_name_from_on",
        "setting",
        ["name", "from_on"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_index(
        op.f("ix_planned_call_due_on_planned_call_council_code"), "planned_call", ["due_on", "council_code"]
    )
    op.create_table(
        "access_extension",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_access_extension_by_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["access_request.id"], name=op.f("fk_access_extension_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_access_extension")),
    )
    op.create_table(
        "annual_report",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("year", sa.String(length=7), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["begun_by"], ["staff.id"], name=op.f("fk_annual_report_begun_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_report")),
        sa.UniqueConstraint("scope", "year", name=op.f("uq_annual_report_scope_year")),
    )
    op.create_table(
        "breach",
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["council_code"], ["council.code"], name=op.f("fk_breach_council_code")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_breach_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_breach_due_at"), ["due_at"], unique=False)

    op.create_table(
        "budget_share",
        sa.Column("year", sa.String(length=7), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.Column("pounds", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("pounds >= 0", name=op.f("ck_budget_share_pounds")),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_budget_share_council_code")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_budget_share_set_by")),
        sa.ForeignKeyConstraint(["superseded_by"], ["staff.id"], name=op.f("fk_budget_share_superseded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_share")),
    )
    with op.batch_alter_table("budget_share", schema=None) as batch_op:
        batch_op.create_index(
            "uq_budget_share_current",
            ["year", "council_code"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "family_export",
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_family_export_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_export")),
    )
    with op.batch_alter_table("family_export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_export_asked_by"), ["asked_by"], unique=False)

    op.create_table(
        "import_file",
        sa.Column(
            "kind",
            sa.Enum(
                "orders",
                "councils",
                "directory",
                "postcodes",
                name="importkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("refused", sa.LargeBinary(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("saved_at IS NULL OR dropped_at IS NULL", name=op.f("ck_import_file_one_end")),
        sa.ForeignKeyConstraint(["read_by"], ["staff.id"], name=op.f("fk_import_file_read_by")),
        sa.ForeignKeyConstraint(["saved_by"], ["staff.id"], name=op.f("fk_import_file_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
    )
    op.create_table(
        "published_version",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("year", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["saved_by"], ["staff.id"], name=op.f("fk_published_version_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_version")),
        sa.UniqueConstraint("scope", "year", "number", name=op.f("uq_published_version_scope_year_number")),
    )
    op.create_table(
        "reassignment",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_reassignment_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassignment")),
    )
    op.create_table(
        "retention_review",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "decided",
            sa.Enum("keep", "erase", name="kept", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_retention_review_confirmed")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> decided_by", name=op.f("ck_retention_review_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff.id"], name=op.f("fk_retention_review_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_retention_review_council_code")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_retention_review_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_review")),
    )
    with op.batch_alter_table("retention_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_review_family_id"), ["family_id"], unique=False)

    op.create_table(
        "staff_absence",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("cover_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cover_id IS NULL OR cover_id <> staff_id", name=op.f("ck_staff_absence_another")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_staff_absence_dates")),
        sa.ForeignKeyConstraint(["cover_id"], ["staff.id"], name=op.f("fk_staff_absence_cover_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_staff_absence_ended_by")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_staff_absence_recorded_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_absence_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absence")),
    )
    with op.batch_alter_table("staff_absence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_staff_absence_cover_id_staff_absence_until_on"),
            ["cover_id", "until_on"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_staff_absence_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "staff_hours",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("minutes_a_week", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minutes_a_week BETWEEN 0 AND 10080", name=op.f("ck_staff_hours_minutes")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_staff_hours_set_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_hours_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_hours")),
        sa.UniqueConstraint("staff_id", "from_on", name=op.f("uq_staff_hours_staff_id_from_on")),
    )
    op.create_table(
        "target",
        sa.Column("year", sa.String(length=7), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_target_value")),
        sa.ForeignKeyConstraint(["council_code"], ["council.code"], name=op.f("fk_target_council_code")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_target_set_by")),
        sa.ForeignKeyConstraint(["superseded_by"], ["staff.id"], name=op.f("fk_target_superseded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(
            "uq_target_all",
            ["year", "code"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL AND council_code IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND council_code IS NULL"),
        )
        batch_op.create_index(
            "uq_target_council",
            ["year", "code", "council_code"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL AND council_code IS NOT NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND council_code IS NOT NULL"),
        )

    op.create_table(
        "annual_report_text",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["annual_report.id"], name=op.f("fk_annual_report_text_report_id")
        ),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name=op.f("fk_annual_report_text_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_report_text")),
    )
    with op.batch_alter_table("annual_report_text", schema=None) as batch_op:
        batch_op.create_index(
            "uq_annual_report_text_current",
            ["report_id", "section"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "annual_report_version",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("published_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_id"], ["published_version.id"], name=op.f("fk_annual_report_version_published_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["annual_report.id"], name=op.f("fk_annual_report_version_report_id")
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["staff.id"], name=op.f("fk_annual_report_version_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_report_version")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_annual_report_version_report_id_number")),
    )
    op.create_table(
        "breach_step",
        sa.Column("breach_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "contained",
                "assessed",
                "regulator_told",
                "not_told",
                "people_told",
                "noted",
                "closed",
                name="breachstepkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_breach_step_breach_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_breach_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_step")),
    )
    with op.batch_alter_table("breach_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_breach_step_breach_id"), ["breach_id"], unique=False)

    op.create_table(
        "legal_hold",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_legal_hold_family_id")),
        sa.ForeignKeyConstraint(["lifted_by"], ["staff.id"], name=op.f("fk_legal_hold_lifted_by")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_legal_hold_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    with op.batch_alter_table("legal_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legal_hold_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            "uq_legal_hold_current",
            ["family_id"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "reassignment_row",
        sa.Column("reassignment_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column(
            "passed",
            sa.Enum(
                "moved",
                "held",
                "changed",
                "shut_out",
                "out_of_scope",
                "already",
                name="passed",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_reassignment_row_family_id")),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_reassignment_row_from_id")),
        sa.ForeignKeyConstraint(
            ["reassignment_id"], ["reassignment.id"], name=op.f("fk_reassignment_row_reassignment_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["staff.id"], name=op.f("fk_reassignment_row_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassignment_row")),
        sa.UniqueConstraint(
            "reassignment_id", "family_id", name=op.f("uq_reassignment_row_reassignment_id_family_id")
        ),
    )
    with op.batch_alter_table("reassignment_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reassignment_row_family_id"), ["family_id"], unique=False)

    op.create_table(
        "adoption_end",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_adoption_end_child_id")),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_adoption_end_council_code")
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_adoption_end_family_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_adoption_end_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption_end")),
    )
    with op.batch_alter_table("adoption_end", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_adoption_end_ended_on_adoption_end_council_code"),
            ["ended_on", "council_code"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_adoption_end_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            "uq_adoption_end_current",
            ["child_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "leaving_reason",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "doing_well",
                "other_support",
                "moved_away",
                "no_time",
                "not_helpful",
                "grown_up",
                "adoption_ended",
                "other",
                "not_said",
                name="leaving",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_leaving_reason_membership_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_leaving_reason_recorded_by")),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_leaving_reason")),
    )


def downgrade() -> None:
    op.drop_index("ix_conversation_need_of_call", table_name="conversation")
    op.drop_index("ix_attempt_outcome_of_call", table_name="attempt")
    op.drop_index("ix_signpost_category_of_call", table_name="signpost")
    op.drop_index(op.f("ix_planned_call_due_on_planned_call_council_code"), table_name="planned_call")
    op.execute("DELETE FROM setting WHERE taken_back_at IS NOT NULL")
    op.drop_index("uq_setting_name_from_on", table_name="setting")
    op.create_index("uq_setting_name_from_on", "setting", ["name", "from_on"], unique=True)
    op.drop_column("setting", "taken_back_by")
    op.drop_column("setting", "taken_back_at")
    op.drop_table("leaving_reason")
    with op.batch_alter_table("adoption_end", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_adoption_end_current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_adoption_end_family_id"))
        batch_op.drop_index(batch_op.f("ix_adoption_end_ended_on_adoption_end_council_code"))

    op.drop_table("adoption_end")
    with op.batch_alter_table("reassignment_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reassignment_row_family_id"))

    op.drop_table("reassignment_row")
    with op.batch_alter_table("legal_hold", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_legal_hold_current",
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_legal_hold_family_id"))

    op.drop_table("legal_hold")
    with op.batch_alter_table("breach_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_breach_step_breach_id"))

    op.drop_table("breach_step")
    op.drop_table("annual_report_version")
    with op.batch_alter_table("annual_report_text", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_annual_report_text_current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("annual_report_text")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_target_council",
            sqlite_where=sa.text("superseded_at IS NULL AND council_code IS NOT NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND council_code IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_target_all",
            sqlite_where=sa.text("superseded_at IS NULL AND council_code IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND council_code IS NULL"),
        )

    op.drop_table("target")
    op.drop_table("staff_hours")
    with op.batch_alter_table("staff_absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_absence_staff_id"))
        batch_op.drop_index(batch_op.f("ix_staff_absence_cover_id_staff_absence_until_on"))

    op.drop_table("staff_absence")
    with op.batch_alter_table("retention_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retention_review_family_id"))

    op.drop_table("retention_review")
    op.drop_table("reassignment")
    op.drop_table("published_version")
    op.drop_table("import_file")
    with op.batch_alter_table("family_export", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_export_asked_by"))

    op.drop_table("family_export")
    with op.batch_alter_table("budget_share", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_budget_share_current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("budget_share")
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_breach_due_at"))

    op.drop_table("breach")
    op.drop_table("annual_report")
    op.drop_table("access_extension")
