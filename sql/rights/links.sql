-- One row: a request, an identifier of its subject and a field of a source that bears it; `reason` says why it joins nothing, where it does not.
-- Inputs: subject_persons (request, person; temporary), identity.links, identity.persons, identity.identifiers.
SELECT DISTINCT
  mine.request,
  links.kind,
  links.value,
  persons.source,
  links.joins,
  links.reason,
  identifiers.dataset,
  identifiers.field
FROM identity.links AS links
INNER JOIN subject_persons AS mine ON mine.person = links.person
INNER JOIN identity.persons AS persons ON persons.person = links.person
LEFT JOIN identity.identifiers AS identifiers
  ON identifiers.person = links.person AND identifiers.kind = links.kind AND identifiers.value = links.value
ORDER BY mine.request, links.kind, links.value, persons.source, identifiers.dataset, identifiers.field
