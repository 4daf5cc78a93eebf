-- One row: a data subject who may be written to today through a channel for a purpose, the record whose address it is, and on what ground.
-- Inputs: judged (subject, channel, purpose, dataset, _record, reason, ground), temporary.
SELECT judged.subject, judged.channel, judged.purpose, judged.dataset, judged._record, judged.ground
FROM judged
WHERE judged.reason IS NULL
