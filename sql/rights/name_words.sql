-- One row: a word of the subject's texts, and a first or last name in the register that it may be a form of; rules of language tell whether it is.
-- Inputs: known_words (name, is_first; temporary), word_candidates (word, key; temporary). Parameters: $accented, $plain.
WITH given AS (
  SELECT DISTINCT name, is_first FROM known_words WHERE name IS NOT NULL
),
first_words AS (
  SELECT DISTINCT split_part(trim(regexp_replace(lower(name), '[^\p{L}]+', ' ', 'g')), ' ', 1) AS word, is_first FROM given
),
spelt AS (
  SELECT DISTINCT translate(word, $accented, $plain) AS name, is_first FROM first_words
)
SELECT DISTINCT candidates.word, spelt.name, spelt.is_first
FROM word_candidates AS candidates
INNER JOIN spelt ON candidates.key = left(spelt.name, CASE WHEN length(spelt.name) > 4 THEN 3 ELSE 2 END)
WHERE length(spelt.name) > 1 AND starts_with(candidates.word, left(spelt.name, greatest(2, length(spelt.name) - 3)))
