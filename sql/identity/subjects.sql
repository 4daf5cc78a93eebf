-- One row: a data subject, with how many source persons, sources and records speak of it.
-- Inputs: identity.components, identity.assigned, identity.given.
WITH members AS (
  SELECT component, count(*) AS persons, count(DISTINCT source) AS sources
  FROM identity.components
  WHERE component IS NOT NULL
  GROUP BY component
),
counted AS (
  SELECT components.component, count(DISTINCT given._record) AS records
  FROM identity.given AS given
  INNER JOIN identity.components AS components ON components.person = given.person
  WHERE components.component IS NOT NULL
  GROUP BY components.component
)
SELECT assigned.subject, members.persons, members.sources, counted.records
FROM identity.assigned AS assigned
INNER JOIN members ON members.component = assigned.component
INNER JOIN counted ON counted.component = assigned.component
