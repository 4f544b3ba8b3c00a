"""Councils, agencies, staff and their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
    )
    op.create_table(
        "council",
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("front_door_day", sa.String(length=40), nullable=True),
        sa.Column("front_door_night", sa.String(length=40), nullable=True),
        sa.Column("front_door_checked_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_council_dates")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_council")),
    )
    with op.batch_alter_table("council", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_council_name"), ["name"], unique=False)

    op.create_table(
        "postcode_directory",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_postcode_directory_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postcode_directory")),
    )
    op.create_table(
        "staff_role",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_role_name")),
    )
    op.create_table(
        "staff_session",
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_staff_session")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_seen_at"), ["seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "agency_membership",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_membership_agency_id")),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_agency_membership_council_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_membership")),
    )
    with op.batch_alter_table("agency_membership", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f(
                "ix_agency_membership_agency_id_agency_membership_council_code_agency_membership_from_on"
            ),
            ["agency_id", "council_code", "from_on"],
            unique=True,
        )
        batch_op.create_index(batch_op.f("ix_agency_membership_council_code"), ["council_code"], unique=False)

    op.create_table(
        "council_successor",
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.Column("successor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_council_successor_council_code")
        ),
        sa.PrimaryKeyConstraint("council_code", "successor", name=op.f("pk_council_successor")),
    )
    op.create_table(
        "staff",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("hub", sa.Boolean(), nullable=False),
        sa.Column("employer", sa.String(length=9), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("tf_last_counter", sa.Integer(), nullable=True),
        sa.Column("mf_recovery_codes", sa.UnicodeText(), nullable=True),
        sa.Column("one_time_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["employer"], ["council.code"], name=op.f("fk_staff_employer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_staff_fs_uniquifier")),
        sa.UniqueConstraint("fs_webauthn_user_handle", name=op.f("uq_staff_fs_webauthn_user_handle")),
    )
    op.create_table(
        "staff_council",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_staff_council_council_code")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_council_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "council_code", name=op.f("pk_staff_council")),
    )
    op.create_table(
        "staff_role_link",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["staff_role.id"], name=op.f("fk_staff_role_link_role_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role_link_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "role_id", name=op.f("pk_staff_role_link")),
    )
    op.create_table(
        "webauthn",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.UnicodeText(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("extensions", sa.String(length=255), nullable=True),
        sa.Column("create_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff.id"], name=op.f("fk_webauthn_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webauthn")),
    )
    with op.batch_alter_table("webauthn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webauthn_credential_id"), ["credential_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_webauthn_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("webauthn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webauthn_user_id"))
        batch_op.drop_index(batch_op.f("ix_webauthn_credential_id"))

    op.drop_table("webauthn")
    op.drop_table("staff_role_link")
    op.drop_table("staff_council")
    op.drop_table("staff")
    op.drop_table("council_successor")
    with op.batch_alter_table("agency_membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agency_membership_council_code"))
        batch_op.drop_index(
            batch_op.f(
                "ix_agency_membership_agency_id_agency_membership_council_code_agency_membership_from_on"
            )
        )

    op.drop_table("agency_membership")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_user_id"))
        batch_op.drop_index(batch_op.f("ix_staff_session_seen_at"))

    op.drop_table("staff_session")
    op.drop_table("staff_role")
    op.drop_table("postcode_directory")
    with op.batch_alter_table("council", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_council_name"))

    op.drop_table("council")
    op.drop_table("agency")
