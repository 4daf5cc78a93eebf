-- One row: a source person and an identifier of it, with its keyed hash.
-- Inputs: identity.evidence. Parameter: $pepper.
SELECT person, kind, value, sha256($pepper || kind || '/' || value) AS hash
FROM identity.evidence
