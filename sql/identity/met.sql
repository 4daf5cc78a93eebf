-- One row: an erased person of whom records stay, a held person who bears an identifier that the erased one was known by, the identifier, and
-- whether that is somebody else, to whom it was given since. What was former at the erasure already ties nobody.
-- Inputs: identity.known_by, identity.remains, identity.evidence_hashes, identity.evidence, identity.source_persons, identity.kinds.
WITH bearing AS (
  SELECT
    known.former,
    hashes.person,
    hashes.identifier,
    kinds.exclusive OR evidence.kind = 'email' AS is_sure
  FROM identity.known_by AS known
  INNER JOIN identity.evidence_hashes AS hashes ON hashes.hash = known.hash
  INNER JOIN identity.evidence AS evidence ON evidence.person = hashes.person AND evidence.identifier = hashes.identifier
  INNER JOIN identity.kinds AS kinds ON kinds.kind = evidence.kind AND kinds.joins
  WHERE known.kind IS NOT NULL
),
persons_met AS (
  SELECT former, person, bool_or(is_sure) AS is_sure
  FROM bearing
  GROUP BY former, person
),
others AS (
  -- Who has another number of a kind of which a person has but one.
  SELECT persons_met.former, persons_met.person
  FROM persons_met
  INNER JOIN identity.source_persons AS persons ON persons.person = persons_met.person
  INNER JOIN identity.kinds AS kinds ON kinds.kind = persons.key_kind AND kinds.exclusive
  INNER JOIN identity.evidence_hashes AS keys ON keys.person = persons.person AND keys.identifier = persons.key_identifier
  INNER JOIN identity.known_by AS had ON had.former = persons_met.former AND had.kind = persons.key_kind
  LEFT JOIN identity.known_by AS same ON same.former = persons_met.former AND same.hash = keys.hash
  WHERE same.former IS NULL
  UNION
  -- Who uses the telephone, the browser or the like, and gives another e-mail address.
  SELECT persons_met.former, persons_met.person
  FROM persons_met
  INNER JOIN identity.source_persons AS persons ON persons.person = persons_met.person
  INNER JOIN identity.known_by AS had ON had.former = persons_met.former AND had.kind = 'email'
  WHERE NOT persons_met.is_sure AND persons.least_email IS NOT NULL
)
SELECT
  bearing.former,
  bearing.person,
  bearing.identifier,
  others.person IS NOT NULL AND remains.person IS NULL AS is_other
FROM bearing
LEFT JOIN others ON others.former = bearing.former AND others.person = bearing.person
LEFT JOIN identity.remains AS remains ON remains.former = bearing.former AND CAST(remains.person AS UUID) = bearing.person
