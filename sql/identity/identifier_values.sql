-- One row: an identifier that several persons bear, or that joins nobody even though one bears it; why it joins nobody (reason; NULL where it
-- joins those who bear it), and the least of those whom it joins. Kinds that never join are left out.
-- Inputs: identity.borne_values, identity.evidence, identity.source_persons, identity.kinds, identity.verdicts. Parameter: $most (persons that
-- one value may join).
WITH several AS (
  SELECT identifier, kind
  FROM identity.borne_values
  WHERE persons > 1 AND NOT shared AND NOT is_role
),
kept_apart AS (
  -- Persons to whom an identifier that a person has but one of gives different values, in one source or in several.
  SELECT evidence.identifier
  FROM several
  INNER JOIN identity.evidence AS evidence ON evidence.identifier = several.identifier
  INNER JOIN identity.source_persons AS persons ON persons.person = evidence.person
  INNER JOIN identity.kinds AS key_kinds ON key_kinds.kind = persons.key_kind
  WHERE key_kinds.exclusive
  GROUP BY evidence.identifier, persons.key_kind
  HAVING min(persons.apart) <> max(persons.apart)
  UNION
  -- What may well have several users, and has two in one source; whoever a source knows by that alone may be either.
  SELECT evidence.identifier
  FROM several
  INNER JOIN identity.kinds AS kinds ON kinds.kind = several.kind AND NOT kinds.personal
  INNER JOIN identity.evidence AS evidence ON evidence.identifier = several.identifier
  INNER JOIN identity.source_persons AS persons ON persons.person = evidence.person
  WHERE coalesce(persons.key_kind <> several.kind, true)
  GROUP BY evidence.identifier, persons.source
  HAVING min(persons.known_as) <> max(persons.known_as)
  UNION
  -- What two persons bear of whom people decided that they are two.
  SELECT mine.identifier
  FROM identity.verdicts AS verdicts
  INNER JOIN identity.evidence AS mine ON mine.person = verdicts.one
  INNER JOIN identity.evidence AS theirs ON theirs.person = verdicts.other AND theirs.identifier = mine.identifier
  WHERE verdicts.verdict_kind = 'apart'
)
SELECT
  borne.identifier,
  borne.kind,
  borne.least,
  CASE
    WHEN borne.shared THEN 'declared_shared'
    WHEN borne.is_role THEN 'role_mailbox'
    WHEN kept_apart.identifier IS NOT NULL THEN 'several_persons_of_a_source'
    WHEN borne.several_emails THEN 'several_email_addresses'
    WHEN borne.persons > $most THEN 'over_common'
  END AS reason
FROM identity.borne_values AS borne
LEFT JOIN kept_apart ON kept_apart.identifier = borne.identifier
