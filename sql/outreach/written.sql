-- One row: a data subject in whose records of a data set a field that is to be given holds what somebody bears who refuses.
-- Inputs: identity.identifiers, identity.persons; joining_kinds (kind, personal), wanted_fields (field), refusing (subject, reason), temporary.
-- Parameter: $dataset (the data set's table).
WITH refused AS (
  SELECT DISTINCT identifiers.kind, identifiers.value
  FROM refusing
  INNER JOIN identity.persons AS persons ON coalesce(persons.subject, persons.person) = refusing.subject
  INNER JOIN identity.identifiers AS identifiers ON identifiers.person = persons.person
  WHERE refusing.reason <> 'unclear_who' AND NOT identifiers.shared
)
SELECT DISTINCT coalesce(persons.subject, persons.person) AS subject, 'identifier_of_who_refuses' AS reason
FROM identity.identifiers AS identifiers
INNER JOIN wanted_fields ON wanted_fields.field = identifiers.field
INNER JOIN joining_kinds AS kinds ON kinds.kind = identifiers.kind
INNER JOIN refused ON refused.kind = identifiers.kind AND refused.value = identifiers.value
INNER JOIN identity.persons AS persons ON persons.person = identifiers.person
LEFT JOIN refusing AS already ON already.subject = coalesce(persons.subject, persons.person)
WHERE identifiers.dataset = $dataset AND identifiers.is_main AND NOT identifiers.shared AND already.subject IS NULL
