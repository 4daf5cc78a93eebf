-- One row: a word of the subject's texts that is an identifier of somebody else.
-- Inputs: text_tokens (token; temporary), text_kinds (kind; temporary), subject_persons (person; temporary), identity.links.
SELECT DISTINCT tokens.token
FROM identity.links AS links
INNER JOIN text_kinds AS kinds ON kinds.kind = links.kind
INNER JOIN text_tokens AS tokens ON tokens.token = lower(links.value)
LEFT JOIN subject_persons AS mine ON mine.person = links.person
WHERE mine.person IS NULL
