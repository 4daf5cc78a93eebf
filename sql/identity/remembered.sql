-- One row: a source person, and what is remembered of it: which subject it is, which it was at first, and since when.
-- Inputs: identity.memory.
SELECT
  CAST(person AS UUID) AS person,
  subject,
  born,
  since
FROM identity.memory
