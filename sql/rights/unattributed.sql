-- One row: a request, a data set and a kind of identifier, with how many records bear a value of the subject's and yet do not tell whom they are about.
-- Inputs: bearing (request, _record, dataset, kind; temporary), identity.identifiers, identity.persons.
WITH records AS (
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
