-- One row: a source person of a group that may be one person, for a data protection officer to decide; decided groups are none.
-- Inputs: identity.proposed, identity.verdicts.
WITH sizes AS (
  SELECT proposal, count(*) AS persons
  FROM identity.proposed
  GROUP BY proposal
),
decided_apart AS (
  SELECT
    replace(CAST(one AS VARCHAR), '-', '') AS one,
    replace(CAST(other AS VARCHAR), '-', '') AS other
  FROM identity.verdicts
  WHERE verdict_kind = 'apart'
),
apart AS (
  SELECT proposal, count(*) AS pairs
  FROM (
    SELECT DISTINCT ones.proposal, ones.person AS one, others.person AS other
    FROM decided_apart AS verdicts
    INNER JOIN identity.proposed AS ones ON ones.person = verdicts.one
    INNER JOIN identity.proposed AS others ON others.person = verdicts.other AND others.proposal = ones.proposal
  ) AS pairs
  GROUP BY proposal
)
SELECT proposed.proposal, proposed.person, proposed.reason, proposed.probability
FROM identity.proposed AS proposed
INNER JOIN sizes ON sizes.proposal = proposed.proposal
LEFT JOIN apart ON apart.proposal = proposed.proposal
WHERE coalesce(apart.pairs, 0) * 2 < sizes.persons * (sizes.persons - 1)
