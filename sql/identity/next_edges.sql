-- One row: two labels of a round that hang together still: whoever has come to one label counts as one from now on.
-- Inputs: identity.edges, identity.round.
WITH labelled AS (
  SELECT least(ones.label, others.label) AS one, greatest(ones.label, others.label) AS other
  FROM identity.edges AS edges
  INNER JOIN identity.round AS ones ON ones.person = edges.one
  INNER JOIN identity.round AS others ON others.person = edges.other
)
SELECT one, other
FROM labelled
WHERE one <> other
GROUP BY one, other
