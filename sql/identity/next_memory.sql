-- One row: a source person, the subject that it is, the one that it was at first, and in which working out it was first there.
-- Inputs: identity.components, identity.assigned, identity.won, identity.remembered. Parameter: $now (the number of this working out).
SELECT
  replace(CAST(components.person AS VARCHAR), '-', '') AS person,
  coalesce(assigned.subject, remembered.subject) AS subject,
  CASE WHEN won.subject IS NOT NULL OR components.component IS NULL THEN remembered.born ELSE assigned.subject END AS born,
  CASE WHEN won.subject IS NOT NULL OR components.component IS NULL THEN remembered.since ELSE $now END AS since
FROM identity.components AS components
LEFT JOIN identity.remembered AS remembered ON remembered.person = components.person
LEFT JOIN identity.assigned AS assigned ON assigned.component = components.component
LEFT JOIN identity.won AS won ON won.component = components.component AND won.subject = remembered.born
WHERE components.component IS NOT NULL OR remembered.person IS NOT NULL
