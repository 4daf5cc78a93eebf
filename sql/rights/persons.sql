-- One row: a request and a source person of the subject that it means.
-- Inputs: request_subjects (request, subject; temporary), identity.persons.
SELECT meant.request, persons.person
FROM request_subjects AS meant
INNER JOIN identity.persons AS persons ON persons.subject = meant.subject
ORDER BY meant.request, persons.person
