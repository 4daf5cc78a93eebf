-- One row: a data subject, a purpose and a channel, with what the subject said of it last: a consent or a refusal, and since when.
-- Inputs: identity.persons; stated_consents (person, purpose, channel, decision, since, until, counted_at), received_persons (objection, person),
-- received_purposes (objection, kind, purpose, since), channels (channel), all temporary. Parameter: $now.
WITH stated AS (
  SELECT
    coalesce(persons.subject, persons.person) AS subject,
    told.purpose,
    told.channel,
    CASE WHEN told.decision = 'consent' AND told.until <= $now THEN 'withdrawal' ELSE told.decision END AS state,
    CASE WHEN told.decision = 'consent' AND told.until <= $now THEN told.until ELSE told.counted_at END AS since
  FROM stated_consents AS told
  INNER JOIN identity.persons AS persons ON persons.person = told.person
  WHERE (told.since IS NULL OR told.since <= $now) AND NOT (told.decision = 'prohibition' AND coalesce(told.until <= $now, false))
),
received AS (
  SELECT coalesce(persons.subject, persons.person) AS subject, purposes.purpose, channels.channel, purposes.kind AS state, purposes.since
  FROM received_persons AS received
  INNER JOIN received_purposes AS purposes ON purposes.objection = received.objection
  INNER JOIN identity.persons AS persons ON persons.person = received.person
  CROSS JOIN channels
),
told AS (
  SELECT stated.subject, stated.purpose, stated.channel, stated.state, stated.since FROM stated
  UNION ALL
  SELECT received.subject, received.purpose, received.channel, received.state, received.since FROM received
)
SELECT told.subject, told.purpose, told.channel, told.state, told.since
FROM told
QUALIFY row_number() OVER (
  PARTITION BY told.subject, told.purpose, told.channel
  ORDER BY
    coalesce(told.since, CASE WHEN told.state = 'consent' THEN TIMESTAMP '0001-01-01 00:00:00' ELSE TIMESTAMP '9999-12-31 00:00:00' END) DESC,
    CASE WHEN told.state = 'consent' THEN 1 ELSE 0 END,
    told.state
) = 1
