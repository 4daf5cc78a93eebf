-- One row: a source person and the subject that it belongs to; none where it may be any of several.
-- Inputs: identity.components, identity.assigned.
SELECT
  replace(CAST(components.person AS VARCHAR), '-', '') AS person,
  components.source,
  components.key_kind,
  assigned.subject
FROM identity.components AS components
LEFT JOIN identity.assigned AS assigned ON assigned.component = components.component
