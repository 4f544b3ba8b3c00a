"""The family's side: languages and who has checked them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "language_check",
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("catalogue", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.LargeBinary(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_language_check_ended")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_language_check_ended_by")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_language_check_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language_check")),
    )
    with op.batch_alter_table("language_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_language_check_language"), ["language"], unique=False)
        batch_op.create_index(
            "uq_language_check_standing",
            ["language"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:

    with op.batch_alter_table("language_check", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_language_check_standing",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_language_check_language"))

    op.drop_table("language_check")
