"""Homes, adoption orders and registrations."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "join_draft",
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_join_draft")),
    )
    with op.batch_alter_table("join_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_join_draft_started_at"), ["started_at"], unique=False)

    op.create_table(
        "address",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("postcode", sa.LargeBinary(), nullable=True),
        sa.Column("postcode_index", sa.LargeBinary(), nullable=True),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("outside_england", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["council_code"], ["council.code"], name=op.f("fk_address_council_code")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_address_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_address_postcode_index"), ["postcode_index"], unique=False)

    op.create_table(
        "recorded_order",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("family_reference", sa.String(length=40), nullable=False),
        sa.Column("child_first_name", sa.LargeBinary(), nullable=False),
        sa.Column("child_born_on", sa.Date(), nullable=False),
        sa.Column("parents", sa.LargeBinary(), nullable=False),
        sa.Column("postcode", sa.LargeBinary(), nullable=True),
        sa.Column("postcode_index", sa.LargeBinary(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column(
            "placing",
            sa.Enum(
                "council",
                "none",
                "unknown",
                name="placing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("placing_council", sa.String(length=9), nullable=True),
        sa.Column("home_council", sa.String(length=9), nullable=True),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(\"placing\" = 'council') = (placing_council IS NOT NULL)",
            name=op.f("ck_recorded_order_placing_council"),
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_recorded_order_family_id")),
        sa.ForeignKeyConstraint(
            ["home_council"], ["council.code"], name=op.f("fk_recorded_order_home_council")
        ),
        sa.ForeignKeyConstraint(
            ["placing_council"], ["council.code"], name=op.f("fk_recorded_order_placing_council")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_recorded_order_reference")),
    )
    with op.batch_alter_table("recorded_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recorded_order_family_id"), ["family_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recorded_order_family_reference"), ["family_reference"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_recorded_order_home_council"), ["home_council"], unique=False)
        batch_op.create_index(batch_op.f("ix_recorded_order_made_on"), ["made_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recorded_order_placing_council"), ["placing_council"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_recorded_order_postcode_index"), ["postcode_index"], unique=False
        )

    op.create_table(
        "address_parent",
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_address_parent_address_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["parent.id"], name=op.f("fk_address_parent_parent_id")),
        sa.PrimaryKeyConstraint("address_id", "parent_id", name=op.f("pk_address_parent")),
    )
    op.create_table(
        "adoption_order",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column(
            "placing",
            sa.Enum(
                "council",
                "none",
                "unknown",
                name="placing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("placing_council", sa.String(length=9), nullable=True),
        sa.Column("allowance", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(\"placing\" = 'council') = (placing_council IS NOT NULL)",
            name=op.f("ck_adoption_order_placing_council"),
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_adoption_order_child_id")),
        sa.ForeignKeyConstraint(
            ["placing_council"], ["council.code"], name=op.f("fk_adoption_order_placing_council")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_adoption_order_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption_order")),
    )
    with op.batch_alter_table("adoption_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adoption_order_child_id"), ["child_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_adoption_order_placing_council_adoption_order_child_id"),
            ["placing_council", "child_id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_adoption_order_current",
            ["child_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "home",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "address",
                "looked_after",
                "elsewhere",
                "not_said",
                "died",
                name="homekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("address_id", sa.Uuid(), nullable=True),
        sa.Column("council_code", sa.String(length=9), nullable=True),
        sa.Column("outside_england", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(kind = 'address') = (address_id IS NOT NULL)", name=op.f("ck_home_address")),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_home_address_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_home_child_id")),
        sa.ForeignKeyConstraint(["council_code"], ["council.code"], name=op.f("fk_home_council_code")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_home_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home")),
    )
    with op.batch_alter_table("home", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_home_child_id_home_from_on"), ["child_id", "from_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_home_council_code_home_child_id"), ["council_code", "child_id"], unique=False
        )

    op.create_table(
        "registration",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("home_council", sa.String(length=9), nullable=True),
        sa.Column("placing_council", sa.String(length=9), nullable=True),
        sa.Column("email_index", sa.LargeBinary(), nullable=True),
        sa.Column("postcode_index", sa.LargeBinary(), nullable=True),
        sa.Column("talk_sooner", sa.Boolean(), nullable=False),
        sa.Column("has_note", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.String(length=20), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_by_on", sa.Date(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "accepted",
                "refused",
                name="registrationdecision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("refused_reason", sa.LargeBinary(), nullable=True),
        sa.Column(
            "evidence",
            sa.Enum(
                "recorded_order",
                "placing_council",
                name="evidence",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("recorded_order_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by_name", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("family_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(decision IS NOT NULL AND decision = 'accepted') = (family_id IS NOT NULL)",
            name=op.f("ck_registration_family"),
        ),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_registration_decided")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_registration_decided_by")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_registration_family_id")),
        sa.ForeignKeyConstraint(
            ["home_council"], ["council.code"], name=op.f("fk_registration_home_council")
        ),
        sa.ForeignKeyConstraint(
            ["placing_council"], ["council.code"], name=op.f("fk_registration_placing_council")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_order_id"], ["recorded_order.id"], name=op.f("fk_registration_recorded_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("reference", name=op.f("uq_registration_reference")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_email_index"), ["email_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_home_council"), ["home_council"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_placing_council"), ["placing_council"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_registration_postcode_index"), ["postcode_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_submitted_at"), ["submitted_at"], unique=False)

    op.create_table(
        "registration_council",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("council_code", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_code"], ["council.code"], name=op.f("fk_registration_council_council_code")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_council_registration_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", "council_code", name=op.f("pk_registration_council")),
    )
    with op.batch_alter_table("registration_council", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registration_council_council_code"), ["council_code"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("registration_council", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_council_council_code"))

    op.drop_table("registration_council")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_submitted_at"))
        batch_op.drop_index(batch_op.f("ix_registration_postcode_index"))
        batch_op.drop_index(batch_op.f("ix_registration_placing_council"))
        batch_op.drop_index(batch_op.f("ix_registration_home_council"))
        batch_op.drop_index(batch_op.f("ix_registration_family_id"))
        batch_op.drop_index(batch_op.f("ix_registration_email_index"))

    op.drop_table("registration")
    with op.batch_alter_table("home", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_home_council_code_home_child_id"))
        batch_op.drop_index(batch_op.f("ix_home_child_id_home_from_on"))

    op.drop_table("home")
    with op.batch_alter_table("adoption_order", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_adoption_order_current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_adoption_order_placing_council_adoption_order_child_id"))
        batch_op.drop_index(batch_op.f("ix_adoption_order_child_id"))

    op.drop_table("adoption_order")
    op.drop_table("address_parent")
    with op.batch_alter_table("recorded_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recorded_order_postcode_index"))
        batch_op.drop_index(batch_op.f("ix_recorded_order_placing_council"))
        batch_op.drop_index(batch_op.f("ix_recorded_order_made_on"))
        batch_op.drop_index(batch_op.f("ix_recorded_order_home_council"))
        batch_op.drop_index(batch_op.f("ix_recorded_order_family_reference"))
        batch_op.drop_index(batch_op.f("ix_recorded_order_family_id"))

    op.drop_table("recorded_order")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_postcode_index"))
        batch_op.drop_index(batch_op.f("ix_address_family_id"))

    op.drop_table("address")
    with op.batch_alter_table("join_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_join_draft_started_at"))

    op.drop_table("join_draft")
