-- One row: two words of the subject's texts, and two words of a name in the register that they may be forms of; rules of language tell whether they are.
-- Inputs: known_names (name; temporary), name_candidates (former, latter, former_key, latter_key; temporary). Parameters: $accented, $plain.
WITH spelt AS (
  SELECT DISTINCT trim(regexp_replace(translate(lower(name), $accented, $plain), '[^\p{L}]+', ' ', 'g')) AS name
  FROM known_names
  WHERE name IS NOT NULL
),
places AS (
  SELECT 1 AS former, 2 AS latter UNION ALL SELECT 1, 3 UNION ALL SELECT 1, 4 UNION ALL SELECT 1, 5
  UNION ALL SELECT 2, 3 UNION ALL SELECT 2, 4 UNION ALL SELECT 2, 5
  UNION ALL SELECT 3, 4 UNION ALL SELECT 3, 5 UNION ALL SELECT 4, 5
),
pairs AS (
  SELECT DISTINCT split_part(spelt.name, ' ', places.former) AS former, split_part(spelt.name, ' ', places.latter) AS latter
  FROM spelt
  CROSS JOIN places
  WHERE length(split_part(spelt.name, ' ', places.former)) > 1 AND length(split_part(spelt.name, ' ', places.latter)) > 1
)
SELECT DISTINCT
  candidates.former AS former_word,
  candidates.latter AS latter_word,
  pairs.former AS former_name,
  pairs.latter AS latter_name
FROM name_candidates AS candidates
INNER JOIN pairs
  ON candidates.former_key = left(pairs.former, CASE WHEN length(pairs.former) > 4 THEN 3 ELSE 2 END)
  AND candidates.latter_key = left(pairs.latter, CASE WHEN length(pairs.latter) > 4 THEN 3 ELSE 2 END)
WHERE starts_with(candidates.former, left(pairs.former, greatest(2, length(pairs.former) - 3)))
  AND starts_with(candidates.latter, left(pairs.latter, greatest(2, length(pairs.latter) - 3)))
