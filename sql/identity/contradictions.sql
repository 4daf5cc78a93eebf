-- One row: a component that would join two persons to whom an identifier that a person has but one of gives different values, or whom people
-- decided to be two.
-- Inputs: identity.labels, identity.source_persons, identity.kinds, identity.verdicts.
WITH keyed AS (
  SELECT labels.label
  FROM identity.labels AS labels
  INNER JOIN identity.source_persons AS persons ON persons.person = labels.person
  INNER JOIN identity.kinds AS kinds ON kinds.kind = persons.key_kind
  WHERE kinds.exclusive
  GROUP BY labels.label, persons.key_kind
  HAVING min(persons.apart) <> max(persons.apart)
)
SELECT label FROM keyed
UNION
SELECT ones.label
FROM identity.verdicts AS verdicts
INNER JOIN identity.labels AS ones ON ones.person = verdicts.one
INNER JOIN identity.labels AS others ON others.person = verdicts.other AND others.label = ones.label
WHERE verdicts.verdict_kind = 'apart'
