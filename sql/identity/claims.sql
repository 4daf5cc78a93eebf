-- One row: a component and a subject that persons of it were, or were at first; with how many of them, how many of those were it at first
-- (`founders`), and since when.
-- Inputs: identity.components, identity.memory, identity.successors.
WITH claimed AS (
  SELECT components.component, memory.subject, memory.since, CASE WHEN memory.born = memory.subject THEN 1 ELSE 0 END AS founder
  FROM identity.components AS components
  INNER JOIN identity.memory AS memory ON memory.person = components.person
  UNION ALL
  SELECT components.component, memory.born AS subject, memory.since, 1 AS founder
  FROM identity.components AS components
  INNER JOIN identity.memory AS memory ON memory.person = components.person
  WHERE memory.born <> memory.subject
  UNION ALL
  SELECT components.component, successors.subject, successors.since, 1 AS founder
  FROM identity.components AS components
  INNER JOIN identity.successors AS successors ON successors.person = components.person
)
SELECT component, subject, count(*) AS persons, sum(founder) AS founders, min(since) AS since
FROM claimed
WHERE component IS NOT NULL
GROUP BY component, subject
