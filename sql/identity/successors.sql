-- One row: a source person that is new because a record's identifiers changed, and the subject that the record was of until now.
-- Inputs: identity.vanished, identity.remembered, identity.record_persons, identity.given.
SELECT renamed.person, min(vanished.subject) AS subject, min(vanished.since) AS since
FROM identity.vanished AS vanished
INNER JOIN identity.record_persons AS former ON former.person = vanished.person
INNER JOIN identity.given AS renamed ON renamed._record = former._record AND renamed.dataset = former.dataset AND renamed.role = former.role
LEFT JOIN identity.remembered AS known ON known.person = renamed.person
WHERE renamed.is_key AND known.person IS NULL
GROUP BY renamed.person
HAVING min(vanished.subject) = max(vanished.subject)
