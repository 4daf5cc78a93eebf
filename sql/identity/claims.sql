-- One row: a component and a subject that persons of it were, or were at first; with how many of them, how many of those were it at first
-- (`founders`), the least of them, and since when.
-- Inputs: identity.components, identity.remembered, identity.successors.
WITH known AS (
  SELECT components.component, remembered.person, remembered.subject, remembered.born, remembered.since
  FROM identity.remembered AS remembered
  INNER JOIN identity.components AS components ON components.person = remembered.person
  WHERE components.component IS NOT NULL
),
claimed AS (
  SELECT component, person, subject, since, CASE WHEN born = subject THEN 1 ELSE 0 END AS founder
  FROM known
  UNION ALL
  SELECT known.component, known.person, known.born AS subject, known.since, 1 AS founder
  FROM known
  WHERE known.born <> known.subject
  UNION ALL
  SELECT components.component, successors.person, successors.subject, successors.since, 1 AS founder
  FROM identity.components AS components
  INNER JOIN identity.successors AS successors ON successors.person = components.person
  WHERE components.component IS NOT NULL
)
SELECT component, subject, count(*) AS persons, sum(founder) AS founders, min(person) AS least, min(since) AS since
FROM claimed
GROUP BY component, subject
