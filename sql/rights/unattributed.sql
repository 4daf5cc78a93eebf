-- One row: a request, a data set and a kind of identifier, with how many records bear a value of the subject's and yet do not tell whom they are about.
-- Inputs: subject_values (request, kind, value; temporary), identity.links, identity.persons, identity.identifiers.
WITH unnamed AS (
  SELECT DISTINCT mine.request, mine.kind, mine.value, links.person
  FROM identity.links AS links
  INNER JOIN subject_values AS mine ON mine.kind = links.kind AND mine.value = links.value
  LEFT JOIN identity.persons AS persons ON persons.person = links.person
  WHERE persons.subject IS NULL
),
bearing AS (
  SELECT unnamed.request, identifiers._record, identifiers.dataset, identifiers.kind
  FROM identity.identifiers AS identifiers
  INNER JOIN unnamed
    ON unnamed.person = identifiers.person AND unnamed.kind = identifiers.kind AND unnamed.value = identifiers.value
  UNION
  SELECT mine.request, identifiers._record, identifiers.dataset, identifiers.kind
  FROM identity.identifiers AS identifiers
  INNER JOIN subject_values AS mine ON mine.kind = identifiers.kind AND mine.value = identifiers.value
  WHERE identifiers.person IS NULL
),
records AS (
  SELECT DISTINCT _record FROM bearing
),
named AS (
  SELECT DISTINCT identifiers._record
  FROM identity.identifiers AS identifiers
  INNER JOIN records ON records._record = identifiers._record
  INNER JOIN identity.persons AS persons ON persons.person = identifiers.person
  WHERE identifiers.is_main AND persons.subject IS NOT NULL
)
SELECT bearing.request, bearing.dataset, bearing.kind, count(*) AS records
FROM bearing
LEFT JOIN named ON named._record = bearing._record
WHERE named._record IS NULL
GROUP BY bearing.request, bearing.dataset, bearing.kind
ORDER BY bearing.request, bearing.dataset, bearing.kind
