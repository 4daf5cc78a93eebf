-- One row: an identifier of somebody whose data are kept, with what keeps them (kind, hold).
-- Inputs: identity.links, and hold_values (kind, hold, identifier, value), held_persons (person, kind, hold), both temporary.
SELECT given.identifier, given.value, given.kind, given.hold FROM hold_values AS given
UNION
SELECT links.kind AS identifier, links.value, persons.kind, persons.hold
FROM held_persons AS persons
INNER JOIN identity.links AS links ON links.person = persons.person
WHERE links.joins
