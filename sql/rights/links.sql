-- One row: an identifier of the subject and a source that knows the subject by it; `reason` says why it joins nobody, where it does not.
-- Inputs: subject_persons (person; temporary), identity.links, identity.persons.
SELECT DISTINCT
  links.kind,
  links.value,
  persons.source,
  links.joins,
  links.reason
FROM identity.links AS links
INNER JOIN subject_persons AS mine ON mine.person = links.person
INNER JOIN identity.persons AS persons ON persons.person = links.person
ORDER BY links.kind, links.value, persons.source
