-- One row: a value of an identifier, and why it joins nobody (reason; NULL where it joins those who bear it).
-- Inputs: identity.evidence, identity.source_persons, identity.kinds, identity.role_mailboxes. Parameter: $most (persons that one value may join).
WITH holders AS (
  SELECT
    evidence.kind,
    evidence.value,
    persons.source,
    persons.key_kind,
    count(*) AS persons,
    bool_or(evidence.shared) AS shared
  FROM identity.evidence AS evidence
  INNER JOIN identity.source_persons AS persons ON persons.person = evidence.person
  GROUP BY evidence.kind, evidence.value, persons.source, persons.key_kind
),
emails AS (
  SELECT weak.kind, weak.value, count(DISTINCT strong.value) AS emails
  FROM identity.evidence AS weak
  INNER JOIN identity.kinds AS kinds ON kinds.kind = weak.kind
  INNER JOIN identity.evidence AS strong ON strong.person = weak.person
  WHERE NOT kinds.personal AND strong.kind = 'email'
  GROUP BY weak.kind, weak.value
),
judged AS (
  SELECT
    holders.kind,
    holders.value,
    sum(holders.persons) AS persons,
    bool_or(holders.shared) AS shared,
    bool_or(holders.persons > 1 AND (key_kinds.exclusive OR NOT kinds.personal)) AS kept_apart,
    bool_or(NOT kinds.joins) AS never_joins
  FROM holders
  INNER JOIN identity.kinds AS kinds ON kinds.kind = holders.kind
  LEFT JOIN identity.kinds AS key_kinds ON key_kinds.kind = holders.key_kind
  GROUP BY holders.kind, holders.value
)
SELECT
  judged.kind,
  judged.value,
  judged.persons,
  CASE
    WHEN judged.never_joins THEN 'kind_never_joins'
    WHEN judged.shared THEN 'declared_shared'
    WHEN judged.kind = 'email' AND mailboxes.mailbox IS NOT NULL THEN 'role_mailbox'
    WHEN judged.kept_apart THEN 'several_persons_of_a_source'
    WHEN emails.emails > 1 THEN 'several_email_addresses'
    WHEN judged.persons > $most THEN 'over_common'
  END AS reason
FROM judged
LEFT JOIN emails ON emails.kind = judged.kind AND emails.value = judged.value
LEFT JOIN identity.role_mailboxes AS mailboxes ON mailboxes.mailbox = split_part(judged.value, '@', 1)
