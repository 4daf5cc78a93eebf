-- One row: a request, an identifier of its subject and a field of a source that bears it; `reason` says why it joins nothing, where it does not.
-- Inputs: subject_persons (request, person; temporary), identity.identifiers, identity.links.
WITH borne AS (
  SELECT DISTINCT
    mine.request,
    identifiers.person,
    identifiers.kind,
    identifiers.value,
    identifiers.source,
    identifiers.dataset,
    identifiers.field
  FROM identity.identifiers AS identifiers
  INNER JOIN subject_persons AS mine ON mine.person = identifiers.person
)
SELECT DISTINCT
  borne.request,
  links.kind,
  links.value,
  borne.source,
  links.joins,
  links.reason,
  borne.dataset,
  borne.field
FROM borne
INNER JOIN identity.links AS links ON links.kind = borne.kind AND links.value = borne.value AND links.person = borne.person
ORDER BY borne.request, links.kind, links.value, borne.source, borne.dataset, borne.field
