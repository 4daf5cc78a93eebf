-- One row: a source person that hangs together with others who are not all one subject: the chain contradicts itself (`contradicts`), or
-- somebody in it may be any of several. Of all others, who hangs together is one subject.
-- Inputs: identity.labels, identity.components, identity.contradictions.
WITH broken AS (
  SELECT labels.label
  FROM identity.labels AS labels
  INNER JOIN identity.components AS components ON components.person = labels.person
  WHERE components.component IS NULL
  UNION
  SELECT label
  FROM identity.contradictions
)
SELECT
  replace(CAST(labels.person AS VARCHAR), '-', '') AS person,
  replace(CAST(labels.label AS VARCHAR), '-', '') AS label,
  contradictions.label IS NOT NULL AS contradicts
FROM identity.labels AS labels
INNER JOIN broken ON broken.label = labels.label
LEFT JOIN identity.contradictions AS contradictions ON contradictions.label = labels.label
