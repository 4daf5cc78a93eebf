-- One row: two labels of a round that hang together still: whoever has come to one label counts as one from now on.
-- Inputs: identity.edges, identity.round.
SELECT ones.label AS one, others.label AS other
FROM identity.edges AS edges
INNER JOIN identity.round AS ones ON ones.person = edges.one
INNER JOIN identity.round AS others ON others.person = edges.other
WHERE ones.label <> others.label
GROUP BY ones.label, others.label
