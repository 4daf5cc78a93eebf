-- One row: a request and a record in quarantine whose text holds a value of its subject's. For few values: each is looked for in every text.
-- Inputs: subject_values (request, needle, is_number; temporary), quarantine.records.
WITH texts AS (
  SELECT _quarantine, coalesce(record, '') || ' ' || coalesce(_context, '') AS whole FROM quarantine.records
)
SELECT DISTINCT mine.request, texts._quarantine
FROM texts
INNER JOIN subject_values AS mine
  ON contains(CASE WHEN mine.is_number THEN regexp_replace(texts.whole, '[^0-9]', '', 'g') ELSE lower(texts.whole) END, mine.needle)
