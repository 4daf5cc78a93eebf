-- One row: two source persons who are one: whoever bears a value that joins, and the least of those who bear it; whom people decided to be
-- one; and who is tied together by somebody formerly held.
-- Inputs: identity.evidence, identity.identifier_values, identity.verdicts, identity.returned, identity.source_persons.
WITH bound AS (
  SELECT returned.former, returned.person
  FROM identity.returned AS returned
  INNER JOIN identity.source_persons AS persons ON persons.person = returned.person
  WHERE NOT persons.is_split
),
tied AS (
  SELECT evidence.person AS one, held.least AS other
  FROM identity.evidence AS evidence
  INNER JOIN identity.identifier_values AS held ON held.identifier = evidence.identifier
  WHERE held.reason IS NULL AND evidence.person <> held.least
  UNION ALL
  SELECT person AS one, min(person) OVER (PARTITION BY former) AS other
  FROM bound
),
splits AS (
  SELECT one AS person
  FROM identity.verdicts
  WHERE verdict_kind = 'split'
  GROUP BY one
)
SELECT tied.one, tied.other
FROM tied
LEFT JOIN splits ON splits.person = tied.one
WHERE splits.person IS NULL AND tied.one <> tied.other
UNION ALL
SELECT one, other
FROM identity.verdicts
WHERE verdict_kind = 'join' AND one <> other
