-- One row: two words of the subject's texts, and two words of a name in the register that they may be forms of; rules of language tell whether they are.
-- Inputs: known_names (name), name_candidates (former, latter), word_candidates (word, key), all temporary. Parameters: $accented, $plain.
WITH given AS (
  SELECT DISTINCT name FROM known_names WHERE name IS NOT NULL
),
spelt AS (
  SELECT DISTINCT trim(regexp_replace(translate(lower(name), $accented, $plain), '[^\p{L}]+', ' ', 'g')) AS name FROM given
),
places AS (
  SELECT 1 AS place UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
),
parts AS (
  SELECT spelt.name, places.place, split_part(spelt.name, ' ', places.place) AS word
  FROM spelt
  CROSS JOIN places
),
hits AS (
  SELECT parts.name, parts.place, parts.word, candidates.word AS written
  FROM parts
  INNER JOIN word_candidates AS candidates ON candidates.key = left(parts.word, CASE WHEN length(parts.word) > 4 THEN 3 ELSE 2 END)
  WHERE length(parts.word) > 1 AND starts_with(candidates.word, left(parts.word, greatest(2, length(parts.word) - 3)))
)
SELECT DISTINCT
  formers.written AS former_word,
  latters.written AS latter_word,
  formers.word AS former_name,
  latters.word AS latter_name
FROM hits AS formers
INNER JOIN hits AS latters ON latters.name = formers.name AND latters.place > formers.place
INNER JOIN name_candidates AS candidates ON candidates.former = formers.written AND candidates.latter = latters.written
