-- One row: a source person that is remembered and whose records have all gone.
-- Inputs: identity.remembered, identity.source_persons.
SELECT
  replace(CAST(remembered.person AS VARCHAR), '-', '') AS person,
  remembered.subject,
  remembered.since
FROM identity.remembered AS remembered
LEFT JOIN identity.source_persons AS present ON present.person = remembered.person
WHERE present.person IS NULL
