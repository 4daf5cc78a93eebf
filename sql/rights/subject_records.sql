-- One row: a request and a record that is about its subject.
-- Inputs: subject_persons (request, person; temporary), identity.record_persons.
SELECT DISTINCT mine.request, records._record
FROM identity.record_persons AS records
INNER JOIN subject_persons AS mine ON mine.person = records.person
WHERE records.is_main
