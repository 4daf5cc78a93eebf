-- One row: a word of the subjects' texts that is an identifier of somebody; whoever reads it as another's knows what is the subject's own.
-- Inputs: text_tokens (token; temporary), text_kinds (kind; temporary), identity.links.
SELECT DISTINCT tokens.token
FROM identity.links AS links
INNER JOIN text_kinds AS kinds ON kinds.kind = links.kind
INNER JOIN text_tokens AS tokens ON tokens.token = lower(links.value)
