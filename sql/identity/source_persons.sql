-- One row: a person as one source knows it, with the kind of identifier that names it there, the identifier, and its e-mail addresses. Whom
-- people decided to be one stands for one person (`stands_for`), and what names them does not tell them apart (`apart`).
-- Inputs: identity.evidence, identity.decided, identity.verdicts.
WITH persons AS (
  SELECT
    person,
    min(source) AS source,
    min(kind) FILTER (WHERE is_key) AS key_kind,
    min(identifier) FILTER (WHERE is_key) AS key_identifier,
    min(value) FILTER (WHERE kind = 'email' AND NOT shared AND NOT is_role) AS own_email,
    min(identifier) FILTER (WHERE kind = 'email') AS least_email,
    max(identifier) FILTER (WHERE kind = 'email') AS greatest_email
  FROM identity.evidence
  GROUP BY person
),
joined_keys AS (
  SELECT decided.stands_for, keys.kind, CAST(md5(keys.kind || '/' || min(keys.value)) AS UUID) AS identifier
  FROM identity.evidence AS keys
  INNER JOIN identity.decided AS decided ON decided.person = keys.person
  WHERE keys.is_key
  GROUP BY decided.stands_for, keys.kind
),
joined_emails AS (
  SELECT decided.stands_for, min(persons.own_email) AS own_email
  FROM persons
  INNER JOIN identity.decided AS decided ON decided.person = persons.person
  GROUP BY decided.stands_for
),
splits AS (
  SELECT one AS person
  FROM identity.verdicts
  WHERE verdict_kind = 'split'
  GROUP BY one
)
SELECT
  persons.person,
  persons.source,
  persons.key_kind,
  persons.key_identifier,
  persons.least_email,
  persons.greatest_email,
  coalesce(decided.stands_for, persons.person) AS stands_for,
  coalesce(joined_keys.identifier, persons.key_identifier) AS apart,
  coalesce(CAST(md5(coalesce(joined_emails.own_email, persons.own_email)) AS UUID), decided.stands_for, persons.person) AS known_as,
  coalesce(decided.by_people, false) AS is_decided,
  splits.person IS NOT NULL AS is_split
FROM persons
LEFT JOIN identity.decided AS decided ON decided.person = persons.person
LEFT JOIN joined_keys ON joined_keys.stands_for = decided.stands_for AND joined_keys.kind = persons.key_kind
LEFT JOIN joined_emails ON joined_emails.stands_for = decided.stands_for
LEFT JOIN splits ON splits.person = persons.person
