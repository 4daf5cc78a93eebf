-- One row: the words of an e-mail address that may be made of a person's names, as `liisa lahti` of `liisa.lahti@…`.
-- Inputs: word_candidates (word, key; temporary), identity.links.
SELECT regexp_replace(split_part(value, '@', 1), '[^a-z]+', ' ', 'g') AS name
FROM identity.links
WHERE
  kind = 'email'
  AND left(value, 2) IN (SELECT key FROM word_candidates)
  AND regexp_matches(value, '^[a-z]{2,}[._-]([a-z][._-])?[a-z]{2,}[0-9]*@')
