-- One row: an identifier that several persons bear, or that joins nobody even though one bears it; kinds that never join are left out.
-- Inputs: identity.evidence, identity.source_persons, identity.kinds.
SELECT
  evidence.identifier,
  min(evidence.kind) AS kind,
  count(*) AS persons,
  min(evidence.person) FILTER (WHERE NOT persons.is_split) AS least,
  bool_or(evidence.shared) AS shared,
  bool_or(evidence.is_role) AS is_role,
  -- A telephone, a browser or the like, whose users give different e-mail addresses.
  bool_or(NOT kinds.exclusive AND evidence.kind <> 'email')
  AND coalesce(min(persons.least_email) <> max(persons.greatest_email), false) AS several_emails
FROM identity.evidence AS evidence
INNER JOIN identity.source_persons AS persons ON persons.person = evidence.person
INNER JOIN identity.kinds AS kinds ON kinds.kind = evidence.kind AND kinds.joins
GROUP BY evidence.identifier
HAVING count(*) > 1 OR bool_or(evidence.shared) OR bool_or(evidence.is_role) OR min(persons.least_email) <> max(persons.greatest_email)
