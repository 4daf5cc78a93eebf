-- One row: a source person and an identifier of it that may join, with its keyed hash.
-- Inputs: identity.evidence, identity.kinds. Parameter: $pepper.
SELECT
  evidence.person,
  evidence.identifier,
  sha256($pepper || evidence.kind || '/' || evidence.value) AS hash
FROM identity.evidence AS evidence
INNER JOIN identity.kinds AS kinds ON kinds.kind = evidence.kind
WHERE kinds.joins OR evidence.is_key
