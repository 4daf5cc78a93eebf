-- One row: two words of the subject's texts, and two words of a name in the register that they may be forms of; rules of language tell whether they are.
-- Inputs: known_names (name), name_candidates (former, latter), word_candidates (word, key), all temporary. Parameters: $accented, $plain.
WITH given AS (
  SELECT DISTINCT name FROM known_names WHERE name IS NOT NULL
),
spelt AS (
  SELECT DISTINCT trim(regexp_replace(lower(name), '[^\p{L}]+', ' ', 'g')) AS name FROM given
),
places AS (
  SELECT 1 AS place UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
),
parts AS (
  SELECT spelt.name, places.place, split_part(spelt.name, ' ', places.place) AS word
  FROM spelt
  CROSS JOIN places
  WHERE length(split_part(spelt.name, ' ', places.place)) > 1
),
distinct_words AS (
  SELECT word, translate(word, $accented, $plain) AS folded
  FROM (SELECT DISTINCT word FROM parts) AS words
),
forms AS (
  SELECT distinct_words.word, distinct_words.folded, candidates.word AS written
  FROM distinct_words
  INNER JOIN word_candidates AS candidates
    ON candidates.key = left(distinct_words.folded, CASE WHEN length(distinct_words.folded) > 4 THEN 3 ELSE 2 END)
  WHERE starts_with(candidates.word, left(distinct_words.folded, greatest(2, length(distinct_words.folded) - 3)))
),
hits AS (
  SELECT parts.name, parts.place, forms.folded, forms.written
  FROM parts
  INNER JOIN forms ON forms.word = parts.word
)
SELECT DISTINCT
  formers.written AS former_word,
  latters.written AS latter_word,
  formers.folded AS former_name,
  latters.folded AS latter_name
FROM hits AS formers
INNER JOIN hits AS latters ON latters.name = formers.name AND latters.place > formers.place
INNER JOIN name_candidates AS candidates ON candidates.former = formers.written AND candidates.latter = latters.written
