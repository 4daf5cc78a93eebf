-- One row: a source person and one value of an identifier that some of its records bear; `identifier` stands for the kind with the value.
-- Inputs: identity.given, identity.role_mailboxes.
WITH borne AS (
  SELECT
    person,
    kind,
    value,
    min(source) AS source,
    bool_or(is_key) AS is_key,
    bool_or(shared) AS shared
  FROM identity.given
  GROUP BY person, kind, value
)
SELECT
  borne.person,
  CAST(md5(borne.kind || '/' || borne.value) AS UUID) AS identifier,
  borne.source,
  borne.kind,
  borne.value,
  borne.is_key,
  borne.shared,
  borne.kind = 'email' AND mailboxes.mailbox IS NOT NULL AS is_role
FROM borne
LEFT JOIN identity.role_mailboxes AS mailboxes ON mailboxes.mailbox = split_part(borne.value, '@', 1)
