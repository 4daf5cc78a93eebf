-- One row: what is looked for in texts that could not be read: an identifier in lower case (as a word of its own where it is short), of a telephone
-- number its last digits, with what keeps them (kind, hold).
-- Inputs: held_values (identifier, value, kind, hold), phone_kinds (identifier), both temporary.
WITH looked_for AS (
  SELECT
    phones.identifier IS NOT NULL AS is_number,
    CASE
      WHEN phones.identifier IS NULL THEN lower(given.value) ELSE right(regexp_replace(given.value, '[^0-9]', '', 'g'), 7)
    END AS needle,
    given.kind,
    given.hold
  FROM held_values AS given
  LEFT JOIN phone_kinds AS phones ON phones.identifier = given.identifier
)
SELECT DISTINCT looked_for.needle, looked_for.is_number, length(looked_for.needle) < 5 AS is_word, looked_for.kind, looked_for.hold
FROM looked_for
WHERE looked_for.needle <> ''
