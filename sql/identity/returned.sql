-- One row: somebody formerly held, by whom persons that are still held are known to be one, and such a person.
-- Inputs: identity.history, identity.evidence_hashes, identity.identifier_values, identity.source_persons, identity.kinds.
WITH met AS (
  SELECT DISTINCT history.former, history.key_kind, history.key_hash, evidence.person
  FROM identity.history AS history
  INNER JOIN identity.evidence_hashes AS evidence ON evidence.hash = history.hash
  INNER JOIN identity.identifier_values AS held ON held.kind = evidence.kind AND held.value = evidence.value
  WHERE held.reason IS NULL
),
other_keys AS (
  -- An identifier of the former person's that now names somebody else: it has been given away, and tells nothing.
  SELECT met.former
  FROM met
  INNER JOIN identity.source_persons AS persons ON persons.person = met.person AND persons.key_kind = met.key_kind
  INNER JOIN identity.kinds AS kinds ON kinds.kind = met.key_kind
  INNER JOIN identity.evidence_hashes AS keys ON keys.person = persons.person AND keys.kind = persons.key_kind AND keys.value = persons.key_value
  WHERE kinds.exclusive AND keys.hash <> met.key_hash
)
SELECT DISTINCT met.former, met.person
FROM met
LEFT JOIN other_keys ON other_keys.former = met.former
WHERE other_keys.former IS NULL
