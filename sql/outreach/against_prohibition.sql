-- One row: a disclosure to a partner, and a data subject of it who prohibited such disclosures at the time.
-- Inputs: disclosed (disclosure, hash, made_at, purpose; temporary), hashed_links (person, hash, is_own; temporary), prohibitions (person, since, until, purpose; temporary), identity.persons.
WITH given AS (
  SELECT DISTINCT disclosed.disclosure, disclosed.made_at, disclosed.purpose, coalesce(persons.subject, persons.person) AS subject
  FROM disclosed
  INNER JOIN hashed_links AS links ON links.hash = disclosed.hash AND links.is_own
  INNER JOIN identity.persons AS persons ON persons.person = links.person
),
prohibited AS (
  SELECT coalesce(persons.subject, persons.person) AS subject, prohibitions.since, prohibitions.until, prohibitions.purpose
  FROM prohibitions
  INNER JOIN identity.persons AS persons ON persons.person = prohibitions.person
)
SELECT DISTINCT given.disclosure, given.subject
FROM given
INNER JOIN prohibited ON prohibited.subject = given.subject
WHERE (prohibited.since IS NULL OR prohibited.since <= given.made_at) AND (prohibited.until IS NULL OR prohibited.until > given.made_at)
  AND (prohibited.purpose IS NULL OR given.purpose IS NULL OR prohibited.purpose = given.purpose)
