-- One row: a record in which somebody stands, in any role, whose data are kept, with what keeps them (kind, hold).
-- Inputs: held_persons (person, kind, hold), held_values (identifier, value, kind, hold), both temporary; identity.identifiers.
SELECT identifiers.dataset, identifiers._record, persons.kind, persons.hold
FROM held_persons AS persons
INNER JOIN identity.identifiers AS identifiers ON identifiers.person = persons.person
UNION
SELECT identifiers.dataset, identifiers._record, given.kind, given.hold
FROM held_values AS given
INNER JOIN identity.identifiers AS identifiers ON identifiers.kind = given.identifier AND identifiers.value = given.value
