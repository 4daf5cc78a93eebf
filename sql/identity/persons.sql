-- One row: a source person and the subject that it belongs to; none where it may be any of several.
-- Inputs: identity.source_persons, identity.components, identity.assigned.
SELECT
  persons.person,
  persons.source,
  persons.key_kind,
  assigned.subject
FROM identity.source_persons AS persons
INNER JOIN identity.components AS components ON components.person = persons.person
LEFT JOIN identity.assigned AS assigned ON assigned.component = components.component
