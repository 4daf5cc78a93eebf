-- One row: a source person and the subject that it belongs to; persons of a contradictory component stand alone until a person decides.
-- Whoever a source knows by nothing but what several persons have (a shared telephone) may be any of them: no subject.
-- Inputs: identity.source_persons, identity.labels, identity.contradictions, identity.identifier_values.
SELECT
  persons.person,
  persons.source,
  persons.key_kind,
  CASE
    WHEN coalesce(held.reason IN ('several_persons_of_a_source', 'several_email_addresses', 'over_common'), false) THEN NULL
    WHEN contradictions.label IS NULL THEN md5('subject/' || labels.label)
    ELSE md5('subject/' || persons.person)
  END AS subject
FROM identity.source_persons AS persons
INNER JOIN identity.labels AS labels ON labels.person = persons.person
LEFT JOIN identity.identifier_values AS held ON held.kind = persons.key_kind AND held.value = persons.key_value
LEFT JOIN identity.contradictions AS contradictions ON contradictions.label = labels.label
