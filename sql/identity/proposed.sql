-- One row: a source person of a group that may be one person.
-- Parameter: $most (persons of a group that is proposed because of one value).
-- Inputs: identity.chains, identity.links, identity.kinds, identity.persons, identity.decided, identity.candidates.
WITH same_value AS (
  -- Persons whom their source keeps apart and who bear one e-mail address or the like: one person entered twice, or two who share it.
  SELECT links.kind, links.value, persons.person, coalesce(decided.stands_for, CAST(persons.person AS UUID)) AS stands_for
  FROM identity.links AS links
  INNER JOIN identity.kinds AS kinds ON kinds.kind = links.kind
  INNER JOIN identity.persons AS persons ON persons.person = links.person
  INNER JOIN identity.kinds AS key_kinds ON key_kinds.kind = persons.key_kind
  LEFT JOIN identity.decided AS decided ON decided.person = CAST(persons.person AS UUID)
  WHERE links.reason = 'several_persons_of_a_source' AND kinds.proposes AND key_kinds.exclusive
),
few AS (
  SELECT kind, value, min(person) AS least, max(person) AS greatest
  FROM same_value
  GROUP BY kind, value
  HAVING count(DISTINCT stands_for) BETWEEN 2 AND $most
)
SELECT
  md5('review/' || label) AS proposal,
  person,
  'several_persons_of_a_source' AS reason,
  CAST(NULL AS DOUBLE) AS probability
FROM identity.chains
WHERE contradicts
UNION ALL
SELECT DISTINCT
  md5('review/' || few.least || '/' || few.greatest || '/' || few.kind) AS proposal,
  same_value.person,
  'same_value' AS reason,
  CAST(NULL AS DOUBLE) AS probability
FROM same_value
INNER JOIN few ON few.kind = same_value.kind AND few.value = same_value.value
UNION ALL
SELECT
  md5('review/' || candidates.one || '/' || candidates.other) AS proposal,
  CASE WHEN sides.side = 1 THEN candidates.one ELSE candidates.other END AS person,
  'probable' AS reason,
  candidates.probability
FROM identity.candidates AS candidates
INNER JOIN identity.persons AS ones ON ones.person = candidates.one
INNER JOIN identity.persons AS others ON others.person = candidates.other
CROSS JOIN (SELECT 1 AS side UNION ALL SELECT 2 AS side) AS sides
WHERE ones.subject <> others.subject
