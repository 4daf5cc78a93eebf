-- One row: a value of an identifier, and why it joins nobody (reason; NULL where it joins those who bear it).
-- Inputs: identity.evidence, identity.source_persons, identity.kinds, identity.role_mailboxes, identity.verdicts. Parameter: $most (persons that
-- one value may join).
WITH own_emails AS (
  SELECT persons.stands_for, min(evidence.value) AS email
  FROM identity.evidence AS evidence
  INNER JOIN identity.source_persons AS persons ON persons.person = evidence.person
  LEFT JOIN identity.role_mailboxes AS mailboxes ON mailboxes.mailbox = split_part(evidence.value, '@', 1)
  WHERE evidence.kind = 'email' AND NOT evidence.shared AND mailboxes.mailbox IS NULL
  GROUP BY persons.stands_for
),
holders AS (
  SELECT
    evidence.kind,
    evidence.value,
    evidence.shared,
    persons.source,
    persons.key_kind,
    persons.key_value,
    persons.apart_value,
    coalesce(own_emails.email, persons.stands_for) AS known_as
  FROM identity.evidence AS evidence
  INNER JOIN identity.source_persons AS persons ON persons.person = evidence.person
  LEFT JOIN own_emails ON own_emails.stands_for = persons.stands_for
),
judged AS (
  SELECT
    holders.kind,
    holders.value,
    count(*) AS persons,
    bool_or(holders.shared) AS shared,
    bool_or(NOT kinds.joins) AS never_joins
  FROM holders
  INNER JOIN identity.kinds AS kinds ON kinds.kind = holders.kind
  GROUP BY holders.kind, holders.value
),
kept_apart AS (
  -- Persons to whom an identifier that a person has but one of gives different values, in one source or in several.
  SELECT holders.kind, holders.value
  FROM holders
  INNER JOIN identity.kinds AS key_kinds ON key_kinds.kind = holders.key_kind
  WHERE key_kinds.exclusive
  GROUP BY holders.kind, holders.value, holders.key_kind
  HAVING min(holders.apart_value) <> max(holders.apart_value)
  UNION
  -- What may well have several users, and has two in one source; whoever a source knows by that alone may be either.
  SELECT holders.kind, holders.value
  FROM holders
  INNER JOIN identity.kinds AS kinds ON kinds.kind = holders.kind
  WHERE NOT kinds.personal AND coalesce(holders.key_kind <> holders.kind, true)
  GROUP BY holders.kind, holders.value, holders.source
  HAVING min(holders.known_as) <> max(holders.known_as)
  UNION
  -- What two persons bear of whom people decided that they are two.
  SELECT mine.kind, mine.value
  FROM identity.verdicts AS verdicts
  INNER JOIN identity.evidence AS mine ON mine.person = verdicts.one
  INNER JOIN identity.evidence AS theirs ON theirs.person = verdicts.other AND theirs.kind = mine.kind AND theirs.value = mine.value
  WHERE verdicts.verdict_kind = 'apart'
),
several_emails AS (
  -- A telephone, a browser or the like, whose users give different e-mail addresses.
  SELECT borne.kind, borne.value
  FROM identity.evidence AS borne
  INNER JOIN identity.kinds AS kinds ON kinds.kind = borne.kind
  INNER JOIN identity.evidence AS emails ON emails.person = borne.person
  WHERE NOT kinds.exclusive AND borne.kind <> 'email' AND emails.kind = 'email'
  GROUP BY borne.kind, borne.value
  HAVING min(emails.value) <> max(emails.value)
)
SELECT
  judged.kind,
  judged.value,
  judged.persons,
  CASE
    WHEN judged.never_joins THEN 'kind_never_joins'
    WHEN judged.shared THEN 'declared_shared'
    WHEN judged.kind = 'email' AND mailboxes.mailbox IS NOT NULL THEN 'role_mailbox'
    WHEN kept_apart.value IS NOT NULL THEN 'several_persons_of_a_source'
    WHEN several_emails.value IS NOT NULL THEN 'several_email_addresses'
    WHEN judged.persons > $most THEN 'over_common'
  END AS reason
FROM judged
LEFT JOIN kept_apart ON kept_apart.kind = judged.kind AND kept_apart.value = judged.value
LEFT JOIN several_emails ON several_emails.kind = judged.kind AND several_emails.value = judged.value
LEFT JOIN identity.role_mailboxes AS mailboxes ON mailboxes.mailbox = split_part(judged.value, '@', 1)
