-- One row: a request and a record in quarantine that may be its subject's: its text holds a value of the subject's, or it is a bad copy of a record.
-- Inputs: unread_candidates (request, _quarantine; temporary), subject_records (request, _record; temporary), quarantine.records.
WITH copies AS (
  SELECT DISTINCT mine.request, records._quarantine
  FROM quarantine.records AS records
  INNER JOIN subject_records AS mine ON mine._record = records._record
),
found AS (
  SELECT request, _quarantine FROM unread_candidates
  UNION
  SELECT request, _quarantine FROM copies
)
SELECT
  found.request,
  records._quarantine,
  records.dataset,
  records.field,
  records.rule,
  records.record,
  coalesce(records.record, '') || ' ' || coalesce(records._context, '') AS whole,
  records._quarantined_at,
  copies._quarantine IS NOT NULL AS is_copy
FROM found
INNER JOIN quarantine.records AS records ON records._quarantine = found._quarantine
LEFT JOIN copies ON copies.request = found.request AND copies._quarantine = found._quarantine
ORDER BY found.request, records.dataset, records._quarantined_at, records._quarantine
