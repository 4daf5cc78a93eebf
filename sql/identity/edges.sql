-- One row: a source person and a value that joins it to all others who bear that value.
-- Inputs: identity.evidence, identity.identifier_values.
SELECT evidence.person, evidence.kind, evidence.value
FROM identity.evidence AS evidence
INNER JOIN identity.identifier_values AS held ON held.kind = evidence.kind AND held.value = evidence.value
WHERE held.reason IS NULL AND held.persons > 1
