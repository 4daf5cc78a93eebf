-- One row: a data subject, with how many source persons, sources and records speak of it.
-- Inputs: identity.persons, identity.record_persons.
SELECT
  persons.subject,
  count(DISTINCT persons.person) AS persons,
  count(DISTINCT persons.source) AS sources,
  count(DISTINCT records._record) AS records
FROM identity.persons AS persons
INNER JOIN identity.record_persons AS records ON records.person = persons.person
WHERE persons.subject IS NOT NULL
GROUP BY persons.subject
