-- One row: a source person that is new because a record's identifiers changed, and the subject that the record was of until now.
-- Inputs: identity.memory, identity.source_persons, identity.record_persons, identity.identifiers.
WITH vanished AS (
  SELECT memory.person, memory.subject, memory.since
  FROM identity.memory AS memory
  LEFT JOIN identity.source_persons AS persons ON persons.person = memory.person
  WHERE persons.person IS NULL
)
SELECT renamed.person, min(vanished.subject) AS subject, min(vanished.since) AS since
FROM vanished
INNER JOIN identity.record_persons AS former ON former.person = vanished.person
INNER JOIN identity.identifiers AS renamed ON renamed._record = former._record AND renamed.dataset = former.dataset AND renamed.role = former.role
LEFT JOIN identity.memory AS known ON known.person = renamed.person
WHERE renamed.is_key AND known.person IS NULL
GROUP BY renamed.person
HAVING min(vanished.subject) = max(vanished.subject)
