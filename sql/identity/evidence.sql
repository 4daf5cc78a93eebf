-- One row: a source person and one value of an identifier that some of its records bear.
-- Inputs: identity.identifiers.
SELECT
  person,
  min(source) AS source,
  kind,
  value,
  bool_or(is_key) AS is_key,
  bool_or(shared) AS shared,
  count(*) AS records
FROM identity.identifiers
WHERE person IS NOT NULL
GROUP BY person, kind, value
