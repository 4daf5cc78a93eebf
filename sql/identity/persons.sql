-- One row: a source person and the subject that it belongs to; persons of a contradictory component stand alone until a person decides.
-- Inputs: identity.source_persons, identity.labels, identity.contradictions.
SELECT
  persons.person,
  persons.source,
  persons.key_kind,
  md5('subject/' || CASE WHEN contradictions.label IS NULL THEN labels.label ELSE persons.person END) AS subject
FROM identity.source_persons AS persons
INNER JOIN identity.labels AS labels ON labels.person = persons.person
LEFT JOIN identity.contradictions AS contradictions ON contradictions.label = labels.label
