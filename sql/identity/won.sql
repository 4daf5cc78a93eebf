-- One row: a subject that was there before, and the component that most of its persons are in now, first of all
-- of those who were it from the beginning; `place` is 1 where it lends its id.
-- Inputs: identity.claims.
WITH ranked AS (
  SELECT
    component,
    subject,
    persons,
    founders,
    least,
    since,
    row_number() OVER (PARTITION BY subject ORDER BY founders DESC, persons DESC, component) AS place
  FROM identity.claims
)
SELECT
  component,
  subject,
  row_number() OVER (PARTITION BY component ORDER BY since, persons DESC, founders DESC, least, subject) AS place
FROM ranked
WHERE ranked.place = 1
