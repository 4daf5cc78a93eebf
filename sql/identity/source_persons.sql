-- One row: a person as one source knows it, with the kind of identifier that names it there, and its value.
-- Inputs: identity.evidence.
SELECT
  person,
  min(source) AS source,
  min(kind) FILTER (WHERE is_key) AS key_kind,
  min(value) FILTER (WHERE is_key) AS key_value
FROM identity.evidence
GROUP BY person
