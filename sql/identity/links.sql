-- One row: a source person and an identifier that it bears: the evidence for its subject, or why the identifier was no evidence.
-- Inputs: identity.evidence, identity.identifier_values.
SELECT
  evidence.person,
  evidence.kind,
  evidence.value,
  held.reason IS NULL AS joins,
  held.reason
FROM identity.evidence AS evidence
INNER JOIN identity.identifier_values AS held ON held.kind = evidence.kind AND held.value = evidence.value
