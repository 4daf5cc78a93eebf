-- One row: a record and a person in it, in a role.
-- Inputs: identity.identifiers.
SELECT DISTINCT _record, dataset, role, is_main, person
FROM identity.identifiers
WHERE person IS NOT NULL
