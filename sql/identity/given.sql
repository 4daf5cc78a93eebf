-- One row: an identifier in a record and the person that it is about, whose opaque id is a number of 128 bits here: the engine then compares
-- numbers instead of texts wherever it has to join millions of them.
-- Inputs: identity.identifiers.
SELECT
  _record,
  dataset,
  source,
  role,
  is_main,
  CAST(person AS UUID) AS person,
  kind,
  value,
  shared,
  is_key
FROM identity.identifiers
WHERE person IS NOT NULL
