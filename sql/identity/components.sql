-- One row: a source person and its component; persons of a contradictory component stand alone, but for what people decided.
-- Whoever a source knows by nothing but what several persons have (a shared telephone) may be any of them: no component.
-- Inputs: identity.source_persons, identity.labels, identity.contradictions, identity.identifier_values.
WITH ambiguous AS (
  SELECT identifier
  FROM identity.identifier_values
  WHERE reason IN ('several_persons_of_a_source', 'several_email_addresses', 'over_common')
)
SELECT
  persons.person,
  persons.source,
  persons.key_kind,
  CASE
    WHEN NOT persons.is_decided AND ambiguous.identifier IS NOT NULL THEN NULL
    WHEN contradictions.label IS NULL THEN coalesce(labels.label, persons.person)
    ELSE persons.stands_for
  END AS component
FROM identity.source_persons AS persons
LEFT JOIN identity.labels AS labels ON labels.person = persons.person
LEFT JOIN ambiguous ON ambiguous.identifier = persons.key_identifier
LEFT JOIN identity.contradictions AS contradictions ON contradictions.label = labels.label
