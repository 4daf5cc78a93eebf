-- One row: a source person, the subject that it is, the one that it was at first, and in which working out it was first there.
-- Inputs: identity.components, identity.assigned, identity.won, identity.memory. Parameter: $now (the number of this working out).
SELECT
  components.person,
  coalesce(assigned.subject, memory.subject) AS subject,
  CASE WHEN won.subject IS NOT NULL OR components.component IS NULL THEN memory.born ELSE assigned.subject END AS born,
  CASE WHEN won.subject IS NOT NULL OR components.component IS NULL THEN memory.since ELSE $now END AS since
FROM identity.components AS components
LEFT JOIN identity.memory AS memory ON memory.person = components.person
LEFT JOIN identity.assigned AS assigned ON assigned.component = components.component
LEFT JOIN identity.won AS won ON won.component = components.component AND won.subject = memory.born
WHERE components.component IS NOT NULL OR memory.person IS NOT NULL
