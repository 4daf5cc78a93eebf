-- One row: somebody formerly held, or erased, by whom persons that are still held are known to be one, and such a person.
-- Inputs: identity.history, identity.evidence_hashes, identity.evidence, identity.identifier_values, identity.source_persons, identity.kinds, identity.met, identity.remains.
WITH former_met AS (
  SELECT DISTINCT history.former, history.key_kind, history.key_hash, hashes.person
  FROM identity.history AS history
  INNER JOIN identity.evidence_hashes AS hashes ON hashes.hash = history.hash
  INNER JOIN identity.evidence AS evidence ON evidence.person = hashes.person AND evidence.identifier = hashes.identifier
  INNER JOIN identity.kinds AS kinds ON kinds.kind = evidence.kind AND kinds.joins
  LEFT JOIN identity.identifier_values AS held ON held.identifier = hashes.identifier
  WHERE held.reason IS NULL
),
other_keys AS (
  -- An identifier of the former person's that now names somebody else: it has been given away, and tells nothing.
  SELECT met.former
  FROM former_met AS met
  INNER JOIN identity.source_persons AS persons ON persons.person = met.person AND persons.key_kind = met.key_kind
  INNER JOIN identity.kinds AS kinds ON kinds.kind = met.key_kind
  INNER JOIN identity.evidence_hashes AS keys ON keys.person = persons.person AND keys.identifier = persons.key_identifier
  WHERE kinds.exclusive AND keys.hash <> met.key_hash
)
SELECT met.former, met.person
FROM former_met AS met
LEFT JOIN other_keys ON other_keys.former = met.former
WHERE other_keys.former IS NULL
UNION
SELECT met.former, met.person
FROM identity.met AS met
LEFT JOIN identity.identifier_values AS held ON held.identifier = met.identifier
WHERE NOT met.is_other AND held.reason IS NULL
UNION
SELECT remains.former, persons.person
FROM identity.remains AS remains
INNER JOIN identity.source_persons AS persons ON persons.person = CAST(remains.person AS UUID)
