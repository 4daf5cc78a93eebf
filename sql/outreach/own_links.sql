-- One row: a data subject, and an identifier of a kind that joins which one of its persons bears and which is no switchboard's, role's or
-- crowd's; `is_surely` where it is one person's even if several records that were not joined bear it, as a contact that was entered twice.
-- Inputs: identity.links, identity.persons; joining_kinds (kind, personal), temporary. Parameter: $most (persons that one value may have).
WITH borne AS (
  SELECT links.kind, links.value, count(*) AS persons
  FROM identity.links AS links
  GROUP BY links.kind, links.value
)
SELECT
  coalesce(persons.subject, persons.person) AS subject,
  links.kind,
  links.value,
  bool_or(links.joins OR (kinds.personal AND links.reason = 'several_persons_of_a_source')) AS is_surely
FROM identity.links AS links
INNER JOIN identity.persons AS persons ON persons.person = links.person
INNER JOIN joining_kinds AS kinds ON kinds.kind = links.kind
INNER JOIN borne ON borne.kind = links.kind AND borne.value = links.value
WHERE links.joins OR (links.reason IN ('several_persons_of_a_source', 'several_email_addresses') AND borne.persons <= $most)
GROUP BY coalesce(persons.subject, persons.person), links.kind, links.value
