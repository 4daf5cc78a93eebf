-- One row: an identifier of a request and a data subject that bore it in a record that has gone since.
-- Inputs: request_values (request, number, kind, value; temporary), identity.history. Parameter: $pepper.
SELECT DISTINCT given.request, given.number, history.subject
FROM request_values AS given
INNER JOIN identity.history AS history ON history.hash = sha256($pepper || given.kind || '/' || given.value)
