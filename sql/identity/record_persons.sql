-- One row: a record and a person in it, in a role.
-- Inputs: identity.given.
SELECT
  _record,
  dataset,
  role,
  is_main,
  replace(CAST(person AS VARCHAR), '-', '') AS person
FROM identity.given
GROUP BY _record, dataset, role, is_main, person
