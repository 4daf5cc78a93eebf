-- One row: a data set and a kind of identifier, with how many of its records bear a value of the subject's and yet do not tell whom they are about.
-- Inputs: subject_values (kind, value; temporary), identity.identifiers, identity.persons.
WITH bearing AS (
  SELECT DISTINCT identifiers._record, identifiers.dataset, identifiers.kind
  FROM identity.identifiers AS identifiers
  INNER JOIN subject_values AS mine ON mine.kind = identifiers.kind AND mine.value = identifiers.value
  LEFT JOIN identity.persons AS persons ON persons.person = identifiers.person
  WHERE persons.subject IS NULL
),
named AS (
  SELECT DISTINCT identifiers._record
  FROM identity.identifiers AS identifiers
  INNER JOIN bearing ON bearing._record = identifiers._record
  INNER JOIN identity.persons AS persons ON persons.person = identifiers.person
  WHERE identifiers.is_main AND persons.subject IS NOT NULL
)
SELECT bearing.dataset, bearing.kind, count(*) AS records
FROM bearing
LEFT JOIN named ON named._record = bearing._record
WHERE named._record IS NULL
GROUP BY bearing.dataset, bearing.kind
ORDER BY bearing.dataset, bearing.kind
