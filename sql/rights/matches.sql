-- One row: an identifier of a request and a data subject that bears it; `joins` says whether the identifier is evidence of who it is.
-- Inputs: request_values (request, number, kind, value; temporary), identity.links, identity.persons.
SELECT
  given.request,
  given.number,
  persons.subject,
  bool_or(links.joins) AS joins
FROM request_values AS given
INNER JOIN identity.links AS links ON links.kind = given.kind AND links.value = given.value
INNER JOIN identity.persons AS persons ON persons.person = links.person
GROUP BY given.request, given.number, persons.subject
