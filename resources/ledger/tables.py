"""The ledger's tables: what is decided and done. Changes to them are migrations in `migrations/versions`."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("batch", sa.String(32), primary_key=True),
    sa.Column("source", sa.String(60), nullable=False),
    sa.Column("dataset", sa.String(60), nullable=False),
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # landed, loaded, done, void, refused
    sa.Column("landed_at", sa.DateTime, nullable=False),
    sa.Column("account", sa.JSON, nullable=False),
    sa.Index("batches_by_dataset", "source", "dataset", "landed_at"),
)

purges = sa.Table(
    "purges",
    metadata,
    sa.Column("purge", sa.String(32), primary_key=True),
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # meant, done, void
    sa.Column("planned_at", sa.DateTime, nullable=False),
    sa.Column("layer", sa.String(16), nullable=False),  # register, quarantine
    sa.Column("dataset", sa.String(120), nullable=False),
    sa.Column("rule", sa.String(60), nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("oldest", sa.Date),
    sa.Column("newest", sa.Date),
    sa.Index("purges_by_run", "run"),
)

gone = sa.Table(
    "gone",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),  # keyed hash of a record's id: it was purged by its age in the register
    sa.Column("dataset", sa.String(120), nullable=False),
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # meant, done, void
    sa.Index("gone_by_dataset", "dataset"),
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("request", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # see resources.requests.life
    sa.Column("received_at", sa.DateTime, nullable=False),
    sa.Column("scope", sa.String(32)),  # what an objection is to
    sa.Column("purpose", sa.String(60)),  # the purpose whose consent is withdrawn
    sa.Column("subject", sa.String(64)),  # whom a named user said it means, where the identifiers do not tell
    sa.Column("asked_at", sa.DateTime),
    sa.Column("verified_at", sa.DateTime),
    sa.Column("extended_at", sa.DateTime),
    sa.Column("ended_at", sa.DateTime),
    sa.Column("nothing_held", sa.Boolean),  # whether the answer was that nothing is held
)

request_identifiers = sa.Table(
    "request_identifiers",
    metadata,
    sa.Column("request", sa.ForeignKey("requests.request", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.String(60), primary_key=True),
    sa.Column("value", sa.String(320), primary_key=True),
)

request_steps = sa.Table(
    "request_steps",
    metadata,
    sa.Column("request", sa.ForeignKey("requests.request", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("step", sa.String(16), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("detail", sa.String(60)),  # a word: how identity was shown, on what ground
    sa.Column("note", sa.Text),  # the person's own words, or the named user's
)

request_forms = sa.Table(
    "request_forms",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),  # keyed hash of the id that a form of the company gave
    sa.Column("request", sa.ForeignKey("requests.request", ondelete="CASCADE"), nullable=False),
    sa.Index("request_forms_by_request", "request"),
)

bundles = sa.Table(
    "bundles",
    metadata,
    sa.Column("request", sa.ForeignKey("requests.request", ondelete="CASCADE"), primary_key=True),
    sa.Column("file", sa.String(120), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, server_default="waiting"),  # waiting, delivered
    sa.Column("says", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("released_by", sa.String(120)),
    sa.Column("released_at", sa.DateTime),
    sa.Column("downloads", sa.Integer, nullable=False, server_default="0"),
)

redactions = sa.Table(
    "redactions",
    metadata,
    sa.Column("redaction", sa.String(32), primary_key=True),
    sa.Column("request", sa.ForeignKey("requests.request", ondelete="CASCADE"), nullable=False),
    sa.Column("what", sa.String(16), nullable=False),  # take_out, keep
    sa.Column("phrase", sa.Text, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Index("redactions_by_request", "request", "at"),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("version", sa.String(60), primary_key=True),
    sa.Column("date", sa.Date, nullable=False),  # since when it is in force
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),  # all that it says; nobody's data
    sa.Column("recorded_at", sa.DateTime, nullable=False),
)

disclosures = sa.Table(
    "disclosures",
    metadata,
    sa.Column("disclosure", sa.String(32), primary_key=True),
    sa.Column("recipient", sa.String(60), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # processor, partner, authority
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("ground", sa.Text, nullable=False),
    sa.Column("safeguard", sa.Text),  # of a transfer outside the EEA
    sa.Column("made_by", sa.String(120), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("purpose", sa.String(60)),
    sa.Column("what", sa.JSON),  # the data set and the fields of a list that was made here
    sa.Index("disclosures_by_time", "made_at"),
)

disclosure_persons = sa.Table(
    "disclosure_persons",
    metadata,
    sa.Column("disclosure", sa.ForeignKey("disclosures.disclosure", ondelete="CASCADE"), primary_key=True),
    sa.Column("hash", sa.String(64), primary_key=True),  # keyed hash of an identifier of a person whose data was given
)

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("look", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),  # quarantine, subject, redactions, bundle, proposal
    sa.Column("thing", sa.String(64), nullable=False),  # the opaque id of what was looked at
    sa.Column("by", sa.String(120), nullable=False),  # the named user
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Index("looks_by_thing", "kind", "thing", "at"),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("source", sa.String(60), primary_key=True),
    sa.Column("dataset", sa.String(60), primary_key=True),
    sa.Column("run", sa.String(64), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),  # meant, done
    sa.Column("described", sa.String(64), nullable=False),  # a digest of what was read: one of something else is no place to go on from
    sa.Column("memory", sa.JSON, nullable=False),  # a time, a day, or the source's own cursor
    sa.Column("at", sa.DateTime, nullable=False),
)

subjects = sa.Table(
    "subjects",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),  # keyed hash of a source person
    sa.Column("subject", sa.String(32), nullable=False),  # which subject it is
    sa.Column("born", sa.String(32), nullable=False),  # which subject it was at first: what it is called again when a join is undone
    sa.Column("since", sa.Integer, nullable=False),  # in which working out it was first there: of two ids, the older one stays
)

aliases = sa.Table(
    "aliases",
    metadata,
    sa.Column("alias", sa.String(32), primary_key=True),  # what a subject was called before it was joined to another
    sa.Column("subject", sa.String(32), nullable=False),
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("verdict", sa.String(32), primary_key=True),
    sa.Column("decision", sa.String(32), nullable=False),  # the verdicts that were given, and are undone, together
    sa.Column("kind", sa.String(16), nullable=False),  # join, apart, split
    sa.Column("one", sa.String(64), nullable=False),  # keyed hash of a source person
    sa.Column("other", sa.String(64)),  # of the other one; none of a split
    sa.Column("made_by", sa.String(120), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("undone_by", sa.String(120)),
    sa.Column("undone_at", sa.DateTime),
    sa.Column("undone_reason", sa.Text),
    sa.Index("verdicts_by_decision", "decision"),
)

holds = sa.Table(
    "holds",
    metadata,
    sa.Column("hold", sa.String(32), primary_key=True),
    sa.Column("covers", sa.String(16), nullable=False),  # subject, company, dataset
    sa.Column("target", sa.String(120), nullable=False),  # a subject's id, a keyed hash of a business id, or a data set's name
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", sa.String(120), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("review_on", sa.Date, nullable=False),
    sa.Column("ended_by", sa.String(120)),
    sa.Column("ended_at", sa.DateTime),
)

hold_persons = sa.Table(
    "hold_persons",
    metadata,
    sa.Column("hold", sa.ForeignKey("holds.hold", ondelete="CASCADE"), primary_key=True),
    sa.Column("hash", sa.String(64), primary_key=True),  # keyed hash of a source person that was the subject's when the hold was made
)

restrictions_lifted = sa.Table(
    "restrictions_lifted",
    metadata,
    sa.Column("request", sa.ForeignKey("requests.request", ondelete="CASCADE"), primary_key=True),
    sa.Column("lifted_by", sa.String(120), nullable=False),
    sa.Column("lifted_at", sa.DateTime, nullable=False),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("plan", sa.String(32), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),  # waiting, approved, replaced
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("planned_at", sa.DateTime, nullable=False),
    sa.Column("expires_on", sa.Date, nullable=False),
    sa.Column("approved_by", sa.String(120)),
    sa.Column("approved_at", sa.DateTime),
)

plan_counts = sa.Table(
    "plan_counts",
    metadata,
    sa.Column("plan", sa.ForeignKey("plans.plan", ondelete="CASCADE"), primary_key=True),
    sa.Column("layer", sa.String(16), primary_key=True),
    sa.Column("dataset", sa.String(120), primary_key=True),
    sa.Column("rule", sa.String(60), primary_key=True),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("oldest", sa.Date),
    sa.Column("newest", sa.Date),
)

plan_records = sa.Table(
    "plan_records",
    metadata,
    sa.Column("plan", sa.ForeignKey("plans.plan", ondelete="CASCADE"), primary_key=True),
    sa.Column("hash", sa.String(32), primary_key=True),  # keyed hash of a record's id and of the state in which it was planned
)

purged_records = sa.Table(
    "purged_records",
    metadata,
    sa.Column("hash", sa.String(32), primary_key=True),  # keyed hash of the id of a record that was purged
    sa.Column("purge", sa.ForeignKey("purges.purge", ondelete="CASCADE"), primary_key=True),
    sa.Index("purged_records_by_purge", "purge"),
)

erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("erasure", sa.String(32), primary_key=True),
    sa.Column("request", sa.String(32), nullable=False),  # its id alone: the request goes by a period of its own
    sa.Column("state", sa.String(16), nullable=False),  # decided, meant, published, done, unclear
    sa.Column("decided_by", sa.String(120), nullable=False),
    sa.Column("decided_at", sa.DateTime, nullable=False),
    sa.Column("run", sa.String(64)),
    sa.Column("erased_at", sa.DateTime),
    sa.Column("summary", sa.JSON, nullable=False),  # what went and what stays on which ground: counts by data set
    sa.Index("erasures_by_request", "request"),
)

erased_identifiers = sa.Table(
    "erased_identifiers",
    metadata,
    sa.Column("erasure", sa.ForeignKey("erasures.erasure", ondelete="CASCADE"), primary_key=True),
    sa.Column("key_id", sa.String(32), primary_key=True),  # which key the hash was made with
    sa.Column("kind", sa.String(60), primary_key=True),  # a kind of identifier; `record` and `quarantine` for the ids of records
    sa.Column("hash", sa.String(64), primary_key=True),
)

returns = sa.Table(
    "returns",
    metadata,
    sa.Column("key_id", sa.String(32), primary_key=True),
    sa.Column("hash", sa.String(64), primary_key=True),  # keyed hash of a record's id
    sa.Column("decision", sa.String(16), nullable=False),  # admitted, discarded
    sa.Column("made_by", sa.String(120), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

work_orders = sa.Table(
    "work_orders",
    metadata,
    sa.Column("work_order", sa.String(32), primary_key=True),
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("source", sa.String(60), nullable=False),
    sa.Column("dataset", sa.String(60), nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),  # purge, erasure
    sa.Column("state", sa.String(16), nullable=False),  # meant, open, done, void
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("done_by", sa.String(120)),
    sa.Column("done_at", sa.DateTime),
    sa.Index("work_orders_by_source", "source", "state"),
)

work_order_answers = sa.Table(
    "work_order_answers",
    metadata,
    sa.Column("work_order", sa.ForeignKey("work_orders.work_order", ondelete="CASCADE"), primary_key=True),
    sa.Column("hash", sa.String(64), primary_key=True),  # keyed hash of a record's key
    sa.Column("status", sa.String(16), nullable=False),  # deleted, absent, refused
    sa.Column("code", sa.Integer, nullable=False),  # HTTP's status, or how many rows a statement deleted
    sa.Column("sent_by", sa.String(120), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)

backups = sa.Table(
    "backups",
    metadata,
    sa.Column("backup", sa.String(60), primary_key=True),  # the name of its files
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("with_keys", sa.Boolean, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("key_folder", sa.Text, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("by", sa.String(120), nullable=False),  # the named user, or a run
    sa.Column("what", sa.String(60), nullable=False),  # as `request.verified`
    sa.Column("thing", sa.String(120), nullable=False),  # the opaque id of what it was done to
    sa.Column("why", sa.Text),
    sa.Column("salt", sa.String(32)),  # goes with the reason, which cannot be guessed from its digest then
    sa.Column("why_digest", sa.String(64)),
    sa.Column("previous", sa.String(64), nullable=False),  # the hash of the entry before
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("audit_by_thing", "thing", "number"),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("head", sa.Integer, primary_key=True, autoincrement=False),  # there is one
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

objections = sa.Table(
    "objections",
    metadata,
    sa.Column("objection", sa.String(32), primary_key=True),
    sa.Column("request", sa.String(32), nullable=False),  # its id alone: the request goes by a period of its own
    sa.Column("kind", sa.String(16), nullable=False),  # objection, withdrawal
    sa.Column("scope", sa.String(60), nullable=False),  # marketing, profiling or legitimate_interest; of a withdrawal, a purpose
    sa.Column("made_by", sa.String(120), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("ended_by", sa.String(120)),
    sa.Column("ended_at", sa.DateTime),
)

objection_persons = sa.Table(
    "objection_persons",
    metadata,
    sa.Column("objection", sa.ForeignKey("objections.objection", ondelete="CASCADE"), primary_key=True),
    sa.Column("key_id", sa.String(32), primary_key=True),  # which key the hash was made with
    sa.Column("kind", sa.String(60), primary_key=True),  # a kind of identifier, or `person`
    sa.Column("hash", sa.String(64), primary_key=True),  # keyed hash of an identifier, or of the id of a source person
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("correction", sa.String(32), primary_key=True),
    sa.Column("request", sa.String(32), nullable=False),  # its id alone
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # meant, in_force, asked, fulfilled, withdrawn, gone, void
    sa.Column("dataset", sa.String(120), nullable=False),
    sa.Column("record", sa.String(32), nullable=False),  # the record's opaque id
    sa.Column("field", sa.String(60), nullable=False),
    sa.Column("value", sa.Text),  # what is right, as long as it is in force; none where the field is to be empty
    sa.Column("key_id", sa.String(32), nullable=False),
    sa.Column("old_hash", sa.String(64), nullable=False),  # keyed hash of what the source has and is wrong
    sa.Column("proof", sa.Text),
    sa.Column("made_by", sa.String(120), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("ended_by", sa.String(120)),
    sa.Column("ended_at", sa.DateTime),
    sa.Index("corrections_by_dataset", "dataset", "state"),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("user", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(60), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),  # viewer, operator, officer, administrator
    sa.Column("password", sa.String(200), nullable=False),  # argon2id, with its salt and its cost
    sa.Column("code_salt", sa.String(32)),  # of one who gives a code as well: the key of the codes is made of it and the pepper
    sa.Column("code_step", sa.BigInteger, nullable=False),  # of the last code that was accepted: none is taken twice
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("disabled_at", sa.DateTime),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("session", sa.String(32), primary_key=True),
    sa.Column("token", sa.String(64), nullable=False, unique=True),  # SHA-256 of what the browser holds
    sa.Column("user", sa.ForeignKey("users.user", ondelete="CASCADE"), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("seen_at", sa.DateTime, nullable=False),
    sa.Index("sessions_by_user", "user"),
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("user", sa.ForeignKey("users.user", ondelete="CASCADE"), primary_key=True),
    sa.Column("issuer", sa.String(255), nullable=False),
    sa.Column("subject", sa.String(255)),  # the provider's id of the user; none until the first login, where a name is expected
    sa.Column("expected", sa.String(255)),  # the name by which the provider knows the user, until the first login
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("bound_at", sa.DateTime),
    sa.UniqueConstraint("issuer", "subject", name="identities_by_subject"),
    sa.UniqueConstraint("issuer", "expected", name="identities_by_expected"),
)

provider_logins = sa.Table(
    "provider_logins",
    metadata,
    sa.Column("login", sa.String(64), primary_key=True),  # SHA-256 of what the browser holds of a login that came back from the provider
    sa.Column("user", sa.ForeignKey("users.user", ondelete="CASCADE")),  # who still has to give a code
    sa.Column("at", sa.DateTime, nullable=False),
)

login_failures = sa.Table(
    "login_failures",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),  # keyed hash of the name that was typed, or of the address it came from
    sa.Column("kind", sa.String(8), nullable=False),  # name, address
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.DateTime, nullable=False),
    sa.Column("locked_until", sa.DateTime),
)
