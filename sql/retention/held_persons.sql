-- One row: a source person whose data are kept by a hold, a restriction or an open request, with what keeps them (kind, hold).
-- Inputs: identity.persons, identity.aliases, identity.links, identity.history, identity.identifiers, and hold_subjects (kind, hold, subject),
-- hold_hashes (kind, hold, hash), hold_values (kind, hold, identifier, value), company_rows (kind, hold, dataset, _record), all temporary.
-- Parameter: $pepper.
WITH known AS (
  SELECT hashed.person, hashed.subject, given.kind, given.hold
  FROM (SELECT persons.person, persons.subject, sha256($pepper || persons.person) AS hash FROM identity.persons AS persons) AS hashed
  INNER JOIN hold_hashes AS given ON given.hash = hashed.hash
),
bearing AS (
  SELECT links.person, given.kind, given.hold
  FROM hold_values AS given
  INNER JOIN identity.links AS links ON links.kind = given.identifier AND links.value = given.value
  UNION
  SELECT identifiers.person, given.kind, given.hold
  FROM hold_values AS given
  INNER JOIN identity.identifiers AS identifiers ON identifiers.kind = given.identifier AND identifiers.value = given.value
  WHERE identifiers.person IS NOT NULL
  UNION
  SELECT identifiers.person, given.kind, given.hold
  FROM company_rows AS given
  INNER JOIN identity.identifiers AS identifiers ON identifiers._record = given._record AND identifiers.dataset = given.dataset
  WHERE identifiers.is_main AND identifiers.person IS NOT NULL
  UNION
  SELECT known.person, known.kind, known.hold FROM known
),
subjects AS (
  SELECT given.subject, given.kind, given.hold FROM hold_subjects AS given
  UNION
  SELECT aliases.subject, given.kind, given.hold
  FROM hold_subjects AS given
  INNER JOIN identity.aliases AS aliases ON aliases.alias = given.subject
  UNION
  SELECT persons.subject, bearing.kind, bearing.hold
  FROM bearing
  INNER JOIN identity.persons AS persons ON persons.person = bearing.person
  WHERE persons.subject IS NOT NULL
  UNION
  SELECT history.subject, given.kind, given.hold
  FROM hold_values AS given
  INNER JOIN identity.history AS history ON history.hash = sha256($pepper || given.identifier || '/' || given.value)
)
SELECT persons.person, subjects.kind, subjects.hold
FROM subjects
INNER JOIN identity.persons AS persons ON persons.subject = subjects.subject
UNION
SELECT bearing.person, bearing.kind, bearing.hold FROM bearing
