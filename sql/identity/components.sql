-- One row: a source person and its component; persons of a contradictory component stand alone, but for what people decided.
-- Whoever a source knows by nothing but what several persons have (a shared telephone) may be any of them: no component.
-- Inputs: identity.source_persons, identity.labels, identity.contradictions, identity.identifier_values, identity.decided.
SELECT
  persons.person,
  CASE
    WHEN decided.person IS NULL AND coalesce(held.reason IN ('several_persons_of_a_source', 'several_email_addresses', 'over_common'), false)
      THEN NULL
    WHEN contradictions.label IS NULL THEN labels.label
    ELSE persons.stands_for
  END AS component
FROM identity.source_persons AS persons
INNER JOIN identity.labels AS labels ON labels.person = persons.person
LEFT JOIN identity.decided AS decided ON decided.person = persons.person
LEFT JOIN identity.identifier_values AS held ON held.kind = persons.key_kind AND held.value = persons.key_value
LEFT JOIN identity.contradictions AS contradictions ON contradictions.label = labels.label
