-- One row: a component that would join two persons whom one source keeps apart by its own key.
-- Inputs: identity.labels, identity.source_persons, identity.kinds.
SELECT DISTINCT labels.label
FROM identity.labels AS labels
INNER JOIN identity.source_persons AS persons ON persons.person = labels.person
INNER JOIN identity.kinds AS kinds ON kinds.kind = persons.key_kind
WHERE kinds.exclusive
GROUP BY labels.label, persons.source, persons.key_kind
HAVING count(*) > 1
