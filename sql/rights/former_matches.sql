-- One row: an identifier of a request and a data subject that bore it in a record that has gone since; `erased` where its person was erased
-- and records of it stay.
-- Inputs: request_values (request, number, kind, value; temporary), identity.history, identity.known_by, identity.remains, identity.persons.
-- Parameter: $pepper.
WITH given AS (
  SELECT DISTINCT request, number, sha256($pepper || kind || '/' || value) AS hash
  FROM request_values
)
SELECT given.request, given.number, history.subject, false AS erased
FROM given
INNER JOIN identity.history AS history ON history.hash = given.hash AND history.is_one
UNION
SELECT given.request, given.number, persons.subject, true AS erased
FROM given
INNER JOIN identity.known_by AS known ON known.hash = given.hash
INNER JOIN identity.remains AS remains ON remains.former = known.former
INNER JOIN identity.persons AS persons ON persons.person = remains.person
WHERE persons.subject IS NOT NULL
