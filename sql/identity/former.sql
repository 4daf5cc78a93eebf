-- One row: a keyed hash of an identifier of a source person whose records have all gone, by which what is still held of its subject is found.
-- Inputs: identity.vanished, identity.record_persons, identity.identifiers, identity.links, identity.persons. Parameter: $pepper.
WITH mended AS (
  -- A record that is held and now names another person was mended: what it bore before was wrong.
  SELECT DISTINCT vanished.person
  FROM identity.vanished AS vanished
  INNER JOIN identity.record_persons AS records ON records.person = vanished.person
  INNER JOIN identity.identifiers AS held ON held._record = records._record AND held.dataset = records.dataset
),
hashed AS (
  SELECT
    vanished.person,
    vanished.subject,
    persons.key_kind,
    md5(persons.source || '/' || links.kind || '/' || links.value) = vanished.person AS is_key,
    sha256($pepper || links.kind || '/' || links.value) AS hash
  FROM identity.vanished AS vanished
  INNER JOIN identity.persons AS persons ON persons.person = vanished.person
  INNER JOIN identity.links AS links ON links.person = vanished.person
  LEFT JOIN mended ON mended.person = vanished.person
  WHERE mended.person IS NULL AND links.joins
)
SELECT
  sha256($pepper || person) AS former,
  subject,
  key_kind,
  min(hash) FILTER (WHERE is_key) OVER (PARTITION BY person) AS key_hash,
  hash
FROM hashed
