-- One row: a request, a record that bears a value of its subject's for somebody who is no subject, or for nobody, and the kind of identifier.
-- Inputs: subject_values (request, kind, value; temporary), identity.links, identity.persons, identity.identifiers.
WITH unnamed AS (
  SELECT DISTINCT mine.request, mine.kind, mine.value, links.person
  FROM identity.links AS links
  INNER JOIN subject_values AS mine ON mine.kind = links.kind AND mine.value = links.value
  LEFT JOIN identity.persons AS persons ON persons.person = links.person
  WHERE persons.subject IS NULL
)
SELECT unnamed.request, identifiers._record, identifiers.dataset, identifiers.kind
FROM identity.identifiers AS identifiers
INNER JOIN unnamed
  ON unnamed.person = identifiers.person AND unnamed.kind = identifiers.kind AND unnamed.value = identifiers.value
UNION
SELECT mine.request, identifiers._record, identifiers.dataset, identifiers.kind
FROM identity.identifiers AS identifiers
INNER JOIN subject_values AS mine ON mine.kind = identifiers.kind AND mine.value = identifiers.value
WHERE identifiers.person IS NULL
