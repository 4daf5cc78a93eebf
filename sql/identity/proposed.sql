-- One row: a source person of a group that may be one person.
-- Parameter: $most (persons of a group that is proposed because of one value).
-- Inputs: identity.labels, identity.contradictions, identity.evidence, identity.identifier_values, identity.source_persons, identity.kinds, identity.candidates, identity.components.
WITH same_value AS (
  -- Persons whom their source keeps apart and who bear one e-mail address or the like: one person entered twice, or two who share it.
  SELECT DISTINCT evidence.kind, evidence.value, persons.person, persons.stands_for
  FROM identity.evidence AS evidence
  INNER JOIN identity.identifier_values AS held ON held.kind = evidence.kind AND held.value = evidence.value
  INNER JOIN identity.kinds AS kinds ON kinds.kind = evidence.kind
  INNER JOIN identity.source_persons AS persons ON persons.person = evidence.person
  INNER JOIN identity.kinds AS key_kinds ON key_kinds.kind = persons.key_kind
  WHERE held.reason = 'several_persons_of_a_source' AND kinds.proposes AND key_kinds.exclusive
),
few AS (
  SELECT kind, value, min(person) AS least, max(person) AS greatest
  FROM same_value
  GROUP BY kind, value
  HAVING count(DISTINCT stands_for) BETWEEN 2 AND $most
)
SELECT
  md5('review/' || labels.label) AS proposal,
  labels.person,
  'several_persons_of_a_source' AS reason,
  CAST(NULL AS DOUBLE) AS probability
FROM identity.labels AS labels
INNER JOIN identity.contradictions AS contradictions ON contradictions.label = labels.label
UNION ALL
SELECT
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
INNER JOIN identity.components AS ones ON ones.person = candidates.one
INNER JOIN identity.components AS others ON others.person = candidates.other
CROSS JOIN (SELECT 1 AS side UNION ALL SELECT 2 AS side) AS sides
WHERE ones.component <> others.component
