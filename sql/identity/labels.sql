-- One row: a source person that hangs together with others, and the least of them all: the label of its round, or what that came to later.
-- Inputs: identity.round, identity.later.
SELECT
  round.person,
  coalesce(later.label, round.label) AS label
FROM identity.round AS round
LEFT JOIN identity.later AS later ON later.person = round.label
