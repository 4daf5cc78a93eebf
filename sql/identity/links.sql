-- One row: a source person and an identifier that it bears: the evidence for its subject, or why the identifier was no evidence.
-- Inputs: identity.evidence, identity.identifier_values, identity.kinds.
WITH held AS (
  SELECT identifier, reason
  FROM identity.identifier_values
  WHERE reason IS NOT NULL
)
SELECT
  replace(CAST(evidence.person AS VARCHAR), '-', '') AS person,
  evidence.kind,
  evidence.value,
  kinds.joins AND held.reason IS NULL AS joins,
  CASE WHEN kinds.joins THEN held.reason ELSE 'kind_never_joins' END AS reason
FROM identity.evidence AS evidence
INNER JOIN identity.kinds AS kinds ON kinds.kind = evidence.kind
LEFT JOIN held ON held.identifier = evidence.identifier
