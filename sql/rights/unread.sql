-- One row: a record in quarantine that may be the subject's: its text holds a value of the subject's, or it is a bad copy of a record of the subject's.
-- Inputs: subject_values (kind, value, needle, is_number; temporary), subject_records (_record; temporary), quarantine.records.
WITH texts AS (
  SELECT _quarantine, coalesce(record, '') || ' ' || coalesce(_context, '') AS whole FROM quarantine.records
),
bearing AS (
  SELECT DISTINCT texts._quarantine
  FROM texts
  INNER JOIN subject_values AS mine
    ON contains(CASE WHEN mine.is_number THEN regexp_replace(texts.whole, '[^0-9]', '', 'g') ELSE lower(texts.whole) END, mine.needle)
),
copies AS (
  SELECT DISTINCT records._quarantine
  FROM quarantine.records AS records
  INNER JOIN subject_records AS mine ON mine._record = records._record
)
SELECT
  records._quarantine,
  records.dataset,
  records.field,
  records.rule,
  records.record,
  texts.whole,
  records._quarantined_at,
  copies._quarantine IS NOT NULL AS is_copy
FROM quarantine.records AS records
INNER JOIN texts ON texts._quarantine = records._quarantine
LEFT JOIN bearing ON bearing._quarantine = records._quarantine
LEFT JOIN copies ON copies._quarantine = records._quarantine
WHERE bearing._quarantine IS NOT NULL OR copies._quarantine IS NOT NULL
ORDER BY records.dataset, records._quarantined_at, records._quarantine
