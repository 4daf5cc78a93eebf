-- One row: a source person and a value that joins it to all others who bear that value; or a verdict, or somebody formerly held, that joins it.
-- Inputs: identity.evidence, identity.identifier_values, identity.verdicts, identity.returned.
SELECT evidence.person, evidence.kind, evidence.value
FROM identity.evidence AS evidence
INNER JOIN identity.identifier_values AS held ON held.kind = evidence.kind AND held.value = evidence.value
LEFT JOIN identity.verdicts AS splits ON splits.one = evidence.person AND splits.verdict_kind = 'split'
WHERE held.reason IS NULL AND held.persons > 1 AND splits.one IS NULL
UNION ALL
SELECT one AS person, 'verdict' AS kind, verdict AS value
FROM identity.verdicts
WHERE verdict_kind = 'join'
UNION ALL
SELECT other AS person, 'verdict' AS kind, verdict AS value
FROM identity.verdicts
WHERE verdict_kind = 'join'
UNION ALL
SELECT returned.person, 'history' AS kind, returned.former AS value
FROM identity.returned AS returned
LEFT JOIN identity.verdicts AS splits ON splits.one = returned.person AND splits.verdict_kind = 'split'
WHERE splits.one IS NULL
