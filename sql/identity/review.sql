-- One row: a source person of a component that contradicts itself, for a data protection officer to decide.
-- Inputs: identity.labels, identity.contradictions.
SELECT
  md5('review/' || labels.label) AS proposal,
  labels.person,
  'several_persons_of_a_source' AS reason
FROM identity.labels AS labels
INNER JOIN identity.contradictions AS contradictions ON contradictions.label = labels.label
