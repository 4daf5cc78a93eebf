-- One row: a request, a record, a role that its subject has in it, and the identifier that named the subject there.
-- Inputs: subject_persons (request, person; temporary), identity.identifiers.
SELECT
  mine.request,
  identifiers._record,
  identifiers.dataset,
  identifiers.role,
  identifiers.is_main,
  identifiers.field,
  identifiers.kind,
  identifiers.value
FROM identity.identifiers AS identifiers
INNER JOIN subject_persons AS mine ON mine.person = identifiers.person
WHERE identifiers.is_key
