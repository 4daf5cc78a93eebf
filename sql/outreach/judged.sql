-- One row: a data subject, a channel and a purpose, with the address that would be written to, and why it may not be (reason) or may (ground).
-- Inputs: identity.persons; reachable (person, channel, purpose), addresses (person, channel, purpose, dataset, _record, value, place, is_given),
-- unreached (channel, value), channels (channel, needs_consent, soft_opt_in), customers (person, until), births (person, born_on),
-- consents (subject, purpose, channel, state, since), barred (person, subject, purpose, reason), all temporary.
-- Parameters: $today, $adult_if_born_by, $leave_out_unknown.
WITH members AS (
  SELECT persons.person, coalesce(persons.subject, persons.person) AS subject, persons.subject IS NOT NULL AS is_clear
  FROM identity.persons AS persons
),
wanted AS (
  SELECT DISTINCT members.subject, members.is_clear, reachable.channel, reachable.purpose
  FROM reachable
  INNER JOIN members ON members.person = reachable.person
),
restricted AS (
  SELECT DISTINCT barred.subject, barred.purpose FROM barred WHERE barred.reason = 'restriction'
),
told AS (
  SELECT wanted.subject, wanted.channel, wanted.purpose, wanted.is_clear, consents.state, restricted.subject IS NOT NULL AS is_restricted
  FROM wanted
  LEFT JOIN consents
    ON consents.subject = wanted.subject AND consents.channel = wanted.channel AND consents.purpose = wanted.purpose
  LEFT JOIN restricted ON restricted.subject = wanted.subject AND restricted.purpose = wanted.purpose
),
held AS (
  SELECT
    members.subject, addresses.channel, addresses.purpose, addresses.dataset, addresses._record, addresses.value, addresses.place,
    addresses.is_given
  FROM addresses
  INNER JOIN members ON members.person = addresses.person
),
refused AS (
  SELECT DISTINCT held.channel, held.purpose, held.value
  FROM held
  INNER JOIN told ON told.subject = held.subject AND told.channel = held.channel AND told.purpose = held.purpose
  WHERE told.is_restricted OR told.state <> 'consent'
),
picked AS (
  SELECT
    held.subject, held.channel, held.purpose, held.dataset, held._record, held.is_given, unreached.value IS NOT NULL AS is_unreached,
    refused.value IS NOT NULL AS is_refused
  FROM held
  LEFT JOIN unreached ON unreached.channel = held.channel AND unreached.value = held.value
  LEFT JOIN refused ON refused.channel = held.channel AND refused.purpose = held.purpose AND refused.value = held.value
  QUALIFY row_number() OVER (
    PARTITION BY held.subject, held.channel, held.purpose
    ORDER BY
      CASE WHEN refused.value IS NOT NULL THEN 2 WHEN unreached.value IS NOT NULL THEN 1 ELSE 0 END, held.place, held.value, held.dataset,
      held._record
  ) = 1
),
buyers AS (
  SELECT members.subject, max(customers.until) AS until
  FROM customers
  INNER JOIN members ON members.person = customers.person
  GROUP BY members.subject
),
ages AS (
  SELECT members.subject, max(births.born_on) AS born_on
  FROM births
  INNER JOIN members ON members.person = births.person
  WHERE births.born_on IS NOT NULL
  GROUP BY members.subject
),
decided AS (
  SELECT
    told.subject, told.channel, told.purpose, picked.dataset, picked._record, told.state,
    CASE
      WHEN told.is_restricted THEN 'restriction'
      WHEN told.state IN ('objection', 'withdrawal', 'prohibition') THEN told.state
      WHEN NOT told.is_clear THEN 'unclear_who'
      WHEN ages.born_on > $adult_if_born_by THEN 'minor'
      WHEN ages.born_on IS NULL AND $leave_out_unknown THEN 'age_unknown'
      WHEN picked.subject IS NULL THEN 'no_address'
      WHEN picked.is_refused THEN 'address_of_who_refuses'
      WHEN picked.is_unreached THEN 'unreachable'
      WHEN channels.needs_consent AND told.state IS NULL
        AND NOT (channels.soft_opt_in AND picked.is_given AND coalesce(buyers.until >= $today, false)) THEN 'no_consent'
    END AS reason,
    CASE WHEN told.state = 'consent' THEN 'consent' WHEN channels.needs_consent THEN 'soft_opt_in' ELSE 'no_objection' END AS ground
  FROM told
  INNER JOIN channels ON channels.channel = told.channel
  LEFT JOIN picked ON picked.subject = told.subject AND picked.channel = told.channel AND picked.purpose = told.purpose
  LEFT JOIN buyers ON buyers.subject = told.subject
  LEFT JOIN ages ON ages.subject = told.subject
)
SELECT decided.subject, decided.channel, decided.purpose, decided.dataset, decided._record, decided.reason, decided.ground
FROM decided
