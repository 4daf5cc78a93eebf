-- One row: a source person that is tied to another, and the least one known of those whom it hangs together with: the least of its
-- neighbours, then the neighbour's own least (pointers only ever lead to lesser ones, as in J. Zhang and others, FastSV, 2020).
-- Inputs: identity.edges.
WITH nearest AS (
  SELECT one AS person, least(one, min(other)) AS label
  FROM (
    SELECT one, other FROM identity.edges
    UNION ALL
    SELECT edges.other AS one, edges.one AS other FROM identity.edges AS edges
  ) AS directions
  GROUP BY one
)
SELECT nearest.person, further.label
FROM nearest
INNER JOIN nearest AS further ON further.person = nearest.label
