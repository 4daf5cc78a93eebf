-- One row: a component and the id of the subject that it is: the oldest that it won, else a new random one.
-- Inputs: identity.components, identity.won.
WITH listed AS (
  SELECT component
  FROM identity.components
  WHERE component IS NOT NULL
  GROUP BY component
)
SELECT
  listed.component,
  coalesce(won.subject, replace(CAST(uuid() AS VARCHAR), '-', '')) AS subject
FROM listed
LEFT JOIN identity.won AS won ON won.component = listed.component AND won.place = 1
