-- One row: a record in quarantine that is kept: its text bears an identifier, or it is a bad copy of a record that is kept (kind, hold).
-- Inputs: held_needles (needle, is_number, is_word, kind, hold), held_rows (dataset, _record, kind, hold), both temporary; quarantine.records.
WITH texts AS (
  SELECT
    records._quarantine,
    records.dataset,
    lower(coalesce(records.record, '') || ' ' || coalesce(records._context, '')) AS whole
  FROM quarantine.records AS records
)
SELECT texts.dataset, texts._quarantine, needles.kind, needles.hold
FROM texts
INNER JOIN held_needles AS needles
  ON contains(
    CASE
      WHEN needles.is_number THEN regexp_replace(texts.whole, '[^0-9]', '', 'g')
      WHEN needles.is_word THEN ' ' || regexp_replace(texts.whole, '[^0-9a-z_]', ' ', 'g') || ' '
      ELSE texts.whole
    END,
    CASE WHEN needles.is_word AND NOT needles.is_number THEN ' ' || needles.needle || ' ' ELSE needles.needle END
  )
UNION
SELECT records.dataset, records._quarantine, kept.kind, kept.hold
FROM quarantine.records AS records
INNER JOIN held_rows AS kept ON kept._record = records._record AND kept.dataset = records.dataset
