-- One row: a request and a record in quarantine whose text holds a value of its subject's as a word. For many values: the texts are cut up once.
-- Inputs: subject_values (request, needle, head, is_number; temporary), quarantine.records.
WITH texts AS (
  SELECT _quarantine, lower(coalesce(record, '') || ' ' || coalesce(_context, '')) AS whole FROM quarantine.records
),
runs AS (
  SELECT _quarantine, unnest(regexp_extract_all(whole, '[\p{L}\p{N}_@.+-]+')) AS run FROM texts
),
heads AS (
  SELECT DISTINCT _quarantine, regexp_extract(run, '^[\p{L}\p{N}_@-]*') AS head FROM runs
),
digits AS (
  SELECT _quarantine, regexp_replace(whole, '[^0-9]', '', 'g') AS digits FROM texts
),
places AS (
  SELECT digits._quarantine, digits.digits, unnest(generate_series(1, length(digits.digits) - 6)) AS place
  FROM digits
  WHERE length(digits.digits) > 6
),
numbers AS (
  SELECT DISTINCT _quarantine, substr(digits, CAST(place AS INTEGER), 7) AS number FROM places
)
SELECT mine.request, texts._quarantine
FROM heads
INNER JOIN subject_values AS mine ON mine.head = heads.head AND NOT mine.is_number
INNER JOIN texts ON texts._quarantine = heads._quarantine AND contains(texts.whole, mine.needle)
UNION
SELECT mine.request, texts._quarantine
FROM texts
INNER JOIN subject_values AS mine ON mine.head = '' AND NOT mine.is_number AND contains(texts.whole, mine.needle)
UNION
SELECT mine.request, numbers._quarantine
FROM numbers
INNER JOIN subject_values AS mine ON mine.needle = numbers.number AND mine.is_number
