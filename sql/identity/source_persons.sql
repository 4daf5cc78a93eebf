-- One row: a person as one source knows it, with the kind of identifier that names it there, and its value. Whom people decided to be one stands
-- for one person (`stands_for`), and what names them does not tell them apart (`apart_value`).
-- Inputs: identity.evidence, identity.decided.
WITH persons AS (
  SELECT
    person,
    min(source) AS source,
    min(kind) FILTER (WHERE is_key) AS key_kind,
    min(value) FILTER (WHERE is_key) AS key_value
  FROM identity.evidence
  GROUP BY person
),
joined AS (
  SELECT decided.stands_for, persons.key_kind, min(persons.key_value) AS key_value
  FROM persons
  INNER JOIN identity.decided AS decided ON decided.person = persons.person
  GROUP BY decided.stands_for, persons.key_kind
)
SELECT
  persons.person,
  persons.source,
  persons.key_kind,
  persons.key_value,
  coalesce(decided.stands_for, persons.person) AS stands_for,
  coalesce(joined.key_value, persons.key_value) AS apart_value
FROM persons
LEFT JOIN identity.decided AS decided ON decided.person = persons.person
LEFT JOIN joined ON joined.stands_for = decided.stands_for AND joined.key_kind = persons.key_kind
