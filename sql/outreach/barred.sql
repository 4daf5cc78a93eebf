-- One row: a source person and a purpose that its data may not be used for now, with why: a restriction, an objection or a withdrawal.
-- Inputs: identity.persons; restricted (person), purposes (purpose), received_persons (objection, person), received_purposes (objection, kind, purpose, since),
-- consents (subject, purpose, channel, state, since), all temporary.
WITH subjects AS (
  SELECT coalesce(persons.subject, persons.person) AS subject, purposes.purpose, 'restriction' AS reason
  FROM restricted
  INNER JOIN identity.persons AS persons ON persons.person = restricted.person
  CROSS JOIN purposes
  UNION
  SELECT coalesce(persons.subject, persons.person) AS subject, received_purposes.purpose, received_purposes.kind AS reason
  FROM received_persons
  INNER JOIN received_purposes ON received_purposes.objection = received_persons.objection
  INNER JOIN identity.persons AS persons ON persons.person = received_persons.person
  LEFT JOIN consents AS later
    ON later.subject = coalesce(persons.subject, persons.person) AND later.purpose = received_purposes.purpose
      AND later.state = 'consent' AND later.since > received_purposes.since
  WHERE later.subject IS NULL
)
SELECT persons.person, subjects.subject, subjects.purpose, subjects.reason
FROM subjects
INNER JOIN identity.persons AS persons ON coalesce(persons.subject, persons.person) = subjects.subject
