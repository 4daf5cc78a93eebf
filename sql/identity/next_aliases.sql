-- One row: a former id of a subject, and the subject that it is now.
-- Inputs: identity.won, identity.assigned, identity.present_aliases.
WITH lost AS (
  SELECT won.subject AS alias, assigned.subject
  FROM identity.won AS won
  INNER JOIN identity.assigned AS assigned ON assigned.component = won.component
  WHERE won.subject <> assigned.subject
),
earlier AS (
  -- Those whose first persons have all gone: they follow the subject that they were an alias of.
  SELECT former.alias, coalesce(lost.subject, present.subject) AS subject
  FROM identity.present_aliases AS former
  LEFT JOIN lost ON lost.alias = former.subject
  LEFT JOIN identity.assigned AS present ON present.subject = former.subject
  LEFT JOIN lost AS again ON again.alias = former.alias
  LEFT JOIN identity.assigned AS returned ON returned.subject = former.alias
  WHERE again.alias IS NULL AND returned.subject IS NULL
)
SELECT alias, subject FROM lost
UNION ALL
SELECT alias, subject FROM earlier WHERE subject IS NOT NULL
