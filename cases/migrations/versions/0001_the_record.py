"""The first schema: units and people, laws and calendars, cases, clocks, the chain of events, the news."""

import sqlalchemy as sa
from alembic import op

from cases.record.columns import Id, Moment, Path

revision = "0001_dark"
down_revision = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    head = op.create_table(
        "chain_head",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    op.create_table(
        "heartbeats",
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("beat_at", Moment(), nullable=False),
        sa.Column("jumped_at", Moment(), nullable=True),
        sa.Column("jumped_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("node"),
    )
    op.create_table(
        "installation",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "kept_answers",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key"),
    )
    op.create_index("ix_kept_answers_at", "kept_answers", ["at"], unique=False)

    op.create_table(
        "laws",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "version"),
    )
    op.create_table(
        "units",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("path", Path, nullable=False),
        sa.Column("calendar", sa.String(length=64), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["units.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index("ix_units_name", "units", ["name"], unique=False)
    op.create_index("ix_units_parent_id", "units", ["parent_id"], unique=False)
    op.create_index("ix_units_path", "units", ["path"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_at", Moment(), nullable=True),
        sa.Column("password_until", Moment(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "veils",
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("veil_id", Id, nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["veil_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("tag"),
        sa.UniqueConstraint("veil_id"),
    )
    op.create_table(
        "calendars",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("imported", sa.Text(), nullable=True),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("published_by", Id, nullable=True),
        sa.Column("settled_to", Id, nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "version"),
    )
    op.create_table(
        "cases",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("law_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("lead_id", Id, nullable=True),
        sa.Column("offered_id", Id, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=True),
        sa.Column("tier", sa.String(length=16), nullable=True),
        sa.Column("urgency", sa.String(length=16), nullable=True),
        sa.Column("identity", sa.String(length=16), nullable=False),
        sa.Column("submitter_id", Id, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rating", sa.String(length=16), nullable=True),
        sa.Column("merged_into_id", Id, nullable=True),
        sa.Column("voices", sa.Integer(), nullable=True),
        sa.Column("endorsable_by", sa.String(length=200), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("submitted_at", Moment(), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("first_due_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["law_id"],
            ["laws.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["units.id"],
        ),
        sa.ForeignKeyConstraint(
            ["offered_id"],
            ["units.id"],
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["submitter_id"],
            ["users.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(
        "ix_cases_endorsable",
        "cases",
        ["unit_id"],
        unique=False,
        sqlite_where=sa.text("endorsable_by IS NOT NULL"),
        postgresql_where=sa.text("endorsable_by IS NOT NULL"),
    )
    op.create_index("ix_cases_external_id", "cases", ["external_id"], unique=False)
    op.create_index(
        "ix_cases_open_due",
        "cases",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_open_lead",
        "cases",
        ["lead_id", "state"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_open_submitter",
        "cases",
        ["submitter_id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_merged",
        "cases",
        ["merged_into_id"],
        unique=False,
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_open_unit",
        "cases",
        ["unit_id", "state"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_offered",
        "cases",
        ["offered_id"],
        unique=False,
        sqlite_where=sa.text("offered_id IS NOT NULL"),
        postgresql_where=sa.text("offered_id IS NOT NULL"),
    )
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"], unique=False)
    op.create_index("ix_cases_submitted_at", "cases", ["submitted_at"], unique=False)

    op.create_table(
        "vault",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id", "field"),
    )
    op.create_table(
        "reveals",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("asked_by", Id, nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("agreed_by", Id, nullable=True),
        sa.Column("agreed_at", Moment(), nullable=True),
        sa.Column("declined_at", Moment(), nullable=True),
        sa.Column("shown_at", Moment(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["agreed_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reveals_case_id", "reveals", ["case_id"], unique=False)
    op.create_index("ix_reveals_asked_by", "reveals", ["asked_by"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("asked_by", Id, nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("with_texts", sa.Boolean(), nullable=False),
        sa.Column("agreed_by", Id, nullable=True),
        sa.Column("agreed_at", Moment(), nullable=True),
        sa.Column("declined_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["agreed_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_erasures_case_id", "erasures", ["case_id"], unique=False)
    op.create_table(
        "heads",
        sa.Column("id", Id, nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=True),
        sa.Column("seq", Id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("erased", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("said", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("target", "day"),
    )
    op.create_table(
        "receipts",
        sa.Column("selector", sa.String(length=8), nullable=False),
        sa.Column("verifier", sa.String(length=200), nullable=False),
        sa.Column("veil_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["veil_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("selector"),
        sa.UniqueConstraint("veil_id"),
    )
    op.create_table(
        "guesses",
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tag"),
    )
    op.create_index("ix_guesses_begun_at", "guesses", ["begun_at"], unique=False)
    op.create_table(
        "duties",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("from_at", Moment(), nullable=True),
        sa.Column("until_at", Moment(), nullable=True),
        sa.Column("deputy_of", Id, nullable=True),
        sa.Column("took_over", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["deputy_of"],
            ["duties.id"],
        ),
        sa.ForeignKeyConstraint(
            ["took_over"],
            ["duties.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_duties_deputy_of", "duties", ["deputy_of"], unique=False)
    op.create_index("ix_duties_unit_role", "duties", ["unit_id", "role"], unique=False)
    op.create_index("ix_duties_user_id", "duties", ["user_id"], unique=False)

    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("rights", sa.String(length=64), nullable=False),
        sa.Column("stepped_up_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"], unique=False)

    op.create_table(
        "waiting_sign_ins",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("has_given_code", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_waiting_sign_ins_user_id", "waiting_sign_ins", ["user_id"], unique=False)
    op.create_table(
        "second_factors",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("last_step", Id, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"], unique=False)
    op.create_table(
        "former_passwords",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("until_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_former_passwords_user_id", "former_passwords", ["user_id"], unique=False)

    op.create_table(
        "knocks",
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("wait_until", Moment(), nullable=True),
        sa.Column("known_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("tag"),
    )
    op.create_index("ix_knocks_begun_at", "knocks", ["begun_at"], unique=False)

    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("assigned_at", Moment(), nullable=False),
        sa.Column("signed_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("progress", sa.Integer(), nullable=True),
        sa.Column("answered_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.id"],
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["assignments.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assignments_case", "assignments", ["case_id"], unique=False)
    op.create_index("ix_assignments_unit", "assignments", ["unit_id", "ended_at"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("assignment_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attachments_case_id", "attachments", ["case_id"], unique=False)

    op.create_table(
        "clocks",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("limit", sa.String(length=16), nullable=True),
        sa.Column("calendar", sa.String(length=64), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("first_due_at", Moment(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("remaining", sa.String(length=64), nullable=True),
        sa.Column("stopped_at", Moment(), nullable=True),
        sa.Column("spans", sa.Integer(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clocks_case", "clocks", ["case_id"], unique=False)
    op.create_index("ix_clocks_due", "clocks", ["due_at"], unique=False)
    op.create_index(
        "ix_clocks_next",
        "clocks",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("stopped_at IS NULL AND next_at IS NOT NULL"),
        postgresql_where=sa.text("stopped_at IS NULL AND next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_clocks_running",
        "clocks",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("stopped_at IS NULL"),
        postgresql_where=sa.text("stopped_at IS NULL"),
    )

    op.create_table(
        "events",
        sa.Column("seq", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("state_from", sa.String(length=32), nullable=True),
        sa.Column("state_to", sa.String(length=32), nullable=True),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["users.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_events_case", "events", ["case_id", "version"], unique=True)

    op.create_table(
        "extensions",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("extra", sa.String(length=16), nullable=False),
        sa.Column("asked_by", Id, nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("new_due_at", Moment(), nullable=True),
        sa.Column("lapsed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.id"],
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["users.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_extensions_case_id", "extensions", ["case_id"], unique=False)

    op.create_table(
        "disputes",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("assignment_id", Id, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("opened_by_unit_id", Id, nullable=False),
        sa.Column("against_unit_id", Id, nullable=True),
        sa.Column("dispatched_by_unit_id", Id, nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("booked_to_unit_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"]),
        sa.ForeignKeyConstraint(["opened_by_unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["against_unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["dispatched_by_unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["booked_to_unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_disputes_case", "disputes", ["case_id"], unique=False)
    op.create_index("ix_disputes_decided", "disputes", ["decided_at"], unique=False)
    op.create_index(
        "ix_disputes_open",
        "disputes",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )

    op.create_table(
        "imported_rows",
        sa.Column("id", Id, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key"),
    )
    op.create_table(
        "passages",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_passages_case", "passages", ["case_id", "version"], unique=False)
    erased = sa.text("body IS NULL")
    op.create_index("ix_passages_erased", "passages", ["case_id"], sqlite_where=erased, postgresql_where=erased)

    op.create_table(
        "endorsements",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("endorsed_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "user_id"),
    )
    op.create_index("ix_endorsements_user", "endorsements", ["user_id"], unique=False)

    op.create_table(
        "promises",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("kept_at", Moment(), nullable=True),
        sa.Column("broken_at", Moment(), nullable=True),
        sa.Column("ended_version", sa.Integer(), nullable=True),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "number"),
    )
    op.create_index("ix_promises_due", "promises", ["due_at"], unique=False)
    op.create_index(
        "ix_promises_unsettled",
        "promises",
        ["unit_id"],
        unique=False,
        sqlite_where=sa.text("kept_at IS NULL AND broken_at IS NULL"),
        postgresql_where=sa.text("kept_at IS NULL AND broken_at IS NULL"),
    )

    op.create_table(
        "urges",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("desk", sa.String(length=40), nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("as_role", sa.String(length=40), nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_urges_case_id", "urges", ["case_id"], unique=False)

    op.create_table(
        "accusations",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("since_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_accusations_case_id", "accusations", ["case_id"], unique=False)
    op.create_index("ix_accusations_unit_id", "accusations", ["unit_id"], unique=False)
    op.create_table(
        "watchers",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("added_by", Id, nullable=True),
        sa.Column("since_at", Moment(), nullable=False),
        sa.Column("until_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_watchers_case_id", "watchers", ["case_id"], unique=False)
    op.create_index("ix_watchers_user_id", "watchers", ["user_id"], unique=False)

    op.create_table(
        "orders",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("union_id", Id, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("is_unsaid", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("issued_by", Id, nullable=True),
        sa.Column("as_role", sa.String(length=40), nullable=False),
        sa.Column("issued_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered_by", Id, nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("answer_version", sa.Integer(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["union_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("union_id", "year", "is_unsaid", "number"),
    )
    op.create_index("ix_orders_case_id", "orders", ["case_id"], unique=False)
    op.create_index("ix_orders_unit_id", "orders", ["unit_id"], unique=False)

    op.create_table(
        "order_counts",
        sa.Column("union_id", Id, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_unsaid", sa.Boolean(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["union_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("union_id", "year", "is_unsaid"),
    )

    op.create_table(
        "cards",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("colour", sa.String(length=16), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("given_by", Id, nullable=True),
        sa.Column("as_role", sa.String(length=40), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cards_case_id", "cards", ["case_id"], unique=False)
    op.create_index("ix_cards_unit_id", "cards", ["unit_id"], unique=False)

    op.create_table(
        "clock_spans",
        sa.Column("id", Id, nullable=False),
        sa.Column("clock_id", Id, nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("until_at", Moment(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("limit", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["clock_id"],
            ["clocks.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clock_spans_clock", "clock_spans", ["clock_id", "from_at"], unique=False)

    op.create_table(
        "fired_rungs",
        sa.Column("id", Id, nullable=False),
        sa.Column("clock_id", Id, nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("do", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=16), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("fired_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["clock_id"],
            ["clocks.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("clock_id", "term", "rung"),
    )
    op.create_index("ix_fired_rungs_case", "fired_rungs", ["case_id"], unique=False)
    op.create_index("ix_fired_rungs_fired_at", "fired_rungs", ["fired_at"], unique=False)

    op.create_table(
        "levels",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("reached_at", Moment(), nullable=False),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.Column("acknowledged_by", Id, nullable=True),
        sa.Column("measure", sa.String(length=16), nullable=True),
        sa.Column("left_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"],
            ["users.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_levels_case_id", "levels", ["case_id"], unique=False)
    op.create_index("ix_levels_unit_id", "levels", ["unit_id"], unique=False)
    op.create_index(
        "ix_levels_open",
        "levels",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )

    op.create_table(
        "parked",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("clock_id", Id, nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("parked_at", Moment(), nullable=False),
        sa.Column("released_at", Moment(), nullable=True),
        sa.Column("released_by", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["clock_id"],
            ["clocks.id"],
        ),
        sa.ForeignKeyConstraint(
            ["released_by"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_parked_case_id", "parked", ["case_id"], unique=False)
    op.create_index("ix_parked_clock_id", "parked", ["clock_id"], unique=False)
    op.create_index(
        "ix_parked_open",
        "parked",
        ["parked_at"],
        unique=False,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    _make_news()
    _make_group_review()
    _make_links()
    _make_similar()
    _make_search()
    _make_events_permanent()


def _make_news() -> None:
    """Make what each person and each robot is told, and how they want it."""
    cursor = op.create_table(
        "news_cursor",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.CheckConstraint("id = 1"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(cursor, [{"id": 1, "seq": 0}])
    op.create_table(
        "untellable",
        sa.Column("seq", Id, autoincrement=False, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("parked_at", Moment(), nullable=False),
        sa.Column("released_at", Moment(), nullable=True),
        sa.Column("released_by", Id, nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["events.seq"]),
        sa.ForeignKeyConstraint(["released_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    untold = sa.text("released_at IS NULL")
    op.create_index("ix_untellable_open", "untellable", ["seq"], sqlite_where=untold, postgresql_where=untold)
    op.create_table(
        "alarms",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("what", "number"),
    )
    op.create_index("ix_alarms_told_at", "alarms", ["told_at"], unique=False)
    op.create_table(
        "outlets",
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", Id, nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("confirmed_by", Id, nullable=True),
        sa.Column("spoken_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"]),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outlets_unit_id", "outlets", ["unit_id"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("id", Id, nullable=False),
        sa.Column("seq", Id, nullable=True),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("outlet_id", Id, nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("why", sa.String(length=24), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("digest_id", Id, nullable=True),
        sa.CheckConstraint("(user_id IS NULL) <> (outlet_id IS NULL)"),
        sa.ForeignKeyConstraint(["seq"], ["events.seq"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"]),
        sa.ForeignKeyConstraint(["digest_id"], ["notifications.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq", "user_id", "channel"),
        sa.UniqueConstraint("seq", "outlet_id"),
    )
    for name, columns, condition in (
        ("due", ["channel", "next_at", "id"], "state = 'waiting'"),
        ("held", ["next_at"], "state = 'held'"),
        ("group", ["user_id", "outlet_id", "channel", "next_at"], "state = 'held'"),
        ("parked", ["id"], "state = 'parked'"),
        ("gathered", ["digest_id", "id"], "digest_id IS NOT NULL"),
        ("outlet", ["outlet_id", "id"], "outlet_id IS NOT NULL"),
        ("inbox", ["user_id", "id"], "channel = 'inbox' AND state = 'sent'"),
        ("unread", ["user_id"], "channel = 'inbox' AND state = 'sent' AND read_at IS NULL"),
    ):
        where = sa.text(condition)
        op.create_index(
            f"ix_notifications_{name}", "notifications", columns, sqlite_where=where, postgresql_where=where
        )
    op.create_table(
        "news_choices",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("user_id", "kind", "channel"),
    )
    op.create_table(
        "quiet_hours",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("from_time", sa.String(length=5), nullable=True),
        sa.Column("until_time", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "news_templates",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("edited_at", Moment(), nullable=False),
        sa.Column("edited_by", Id, nullable=True),
        sa.ForeignKeyConstraint(["edited_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("kind", "language"),
    )


def _make_group_review() -> None:
    op.create_table(
        "ballots",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("chair_id", Id, nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("convened_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["chair_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "number"),
    )
    op.create_table(
        "seats",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("ballot_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=True),
        sa.Column("cast_by", Id, nullable=True),
        sa.Column("cast_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("recused_at", Moment(), nullable=True),
        sa.Column("recused_why", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["cast_by"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ballot_id", "user_id"),
    )
    op.create_index("ix_seats_case_id", "seats", ["case_id"], unique=False)
    op.create_index("ix_seats_user_id", "seats", ["user_id"], unique=False)


def _make_links() -> None:
    """Make what says which cases have to do with each other."""
    op.create_table(
        "case_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("other_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("linked_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_case_links_case_id", "case_links", ["case_id"], unique=False)
    op.create_index("ix_case_links_other_id", "case_links", ["other_id"], unique=False)


def _make_similar() -> None:
    """Make the index of similar cases, which is filled from their texts."""
    op.create_table(
        "indexed_cases",
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("grams", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "case_grams",
        sa.Column("gram", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("gram", "case_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gram_counts",
        sa.Column("gram", Id, autoincrement=False, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("gram"),
    )
    cursor = op.create_table(
        "similar_cursor",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(cursor, [{"id": 1, "seq": 0, "cases": 0}])


def _make_search() -> None:
    """Make the index that cases are searched by, in what each database has for texts."""
    cursor = op.create_table(
        "search_cursor",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("is_to_purge", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(cursor, [{"id": 1, "seq": 0, "is_to_purge": False}])
    if op.get_bind().dialect.name == "sqlite":
        zones = "scope, parties, staff"
        op.execute(f"CREATE VIRTUAL TABLE search_documents USING fts5({zones}, tokenize='ascii', columnsize=0)")
        return
    op.execute("CREATE TABLE search_documents (case_id bigint PRIMARY KEY, words tsvector NOT NULL)")
    # The program writes them beside the work of people, so that nobody's search has to read what is pending.
    op.execute("CREATE INDEX ix_search_documents ON search_documents USING gin (words) WITH (fastupdate = off)")


def _make_events_permanent() -> None:
    """Let the database itself refuse to change or delete an event, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER events_no_{deed.lower()} BEFORE {deed} ON events "
                "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
            )
        # INSERT OR REPLACE deletes the row that is in its way without asking the trigger on DELETE.
        op.execute(
            "CREATE TRIGGER events_no_replace BEFORE INSERT ON events "
            "WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq) "
            "OR EXISTS (SELECT 1 FROM events WHERE case_id = NEW.case_id AND version = NEW.version) "
            "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events EXECUTE FUNCTION refuse_change()")
