-- One row: a former id of a subject, and the subject that it has been since.
-- Inputs: identity.aliases.
SELECT alias, subject
FROM identity.aliases
