-- One row: a component that would join two persons to whom an identifier that a person has but one of gives different values.
-- Inputs: identity.labels, identity.source_persons, identity.kinds.
SELECT DISTINCT labels.label
FROM identity.labels AS labels
INNER JOIN identity.source_persons AS persons ON persons.person = labels.person
INNER JOIN identity.kinds AS kinds ON kinds.kind = persons.key_kind
WHERE kinds.exclusive
GROUP BY labels.label, persons.key_kind
HAVING min(persons.key_value) <> max(persons.key_value)
