-- One row: a source person and the least label known of its component: at first its own. `round` then works it over until none changes.
-- Inputs: identity.source_persons.
SELECT
  person,
  person AS label
FROM identity.source_persons
