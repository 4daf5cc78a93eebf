-- One row: a data subject whose data are not given to a partner for certain purposes, and why; of several reasons one row each.
-- Inputs: identity.persons; prohibitions (person, since, until), barred (person, subject, purpose, reason), wanted_purposes (purpose),
-- consents (subject, purpose, channel, state, since), births (person, born_on), all temporary. Parameters: $now, $adult_if_born_by.
WITH members AS (
  SELECT persons.person, coalesce(persons.subject, persons.person) AS subject, persons.subject IS NULL AS is_unclear
  FROM identity.persons AS persons
)
SELECT members.subject, 'prohibition' AS reason
FROM prohibitions
INNER JOIN members ON members.person = prohibitions.person
WHERE (prohibitions.since IS NULL OR prohibitions.since <= $now) AND (prohibitions.until IS NULL OR prohibitions.until > $now)
UNION
SELECT barred.subject, barred.reason
FROM barred
INNER JOIN wanted_purposes ON wanted_purposes.purpose = barred.purpose
UNION
SELECT consents.subject, CASE WHEN consents.state = 'prohibition' THEN 'refusal' ELSE consents.state END AS reason
FROM consents
INNER JOIN wanted_purposes ON wanted_purposes.purpose = consents.purpose
WHERE consents.state <> 'consent'
UNION
SELECT members.subject, 'minor' AS reason
FROM births
INNER JOIN members ON members.person = births.person
WHERE births.born_on > $adult_if_born_by
UNION
SELECT members.subject, 'unclear_who' AS reason
FROM members
WHERE members.is_unclear
