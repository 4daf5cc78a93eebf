-- One row: a request, a kind of what keeps its subject's data though they should go, and how many records of the subject's that are.
-- Inputs: subject_persons (request, person; temporary), held (dataset, id, kind, hold; temporary), held_persons (person, kind, hold; temporary), identity.identifiers.
WITH mine AS (
  SELECT DISTINCT subjects.request, keeping.kind, keeping.hold
  FROM held_persons AS keeping
  INNER JOIN subject_persons AS subjects ON subjects.person = keeping.person
),
records AS (
  SELECT DISTINCT mine.request, held.kind, held.dataset, held.id
  FROM held
  INNER JOIN mine ON mine.kind = held.kind AND mine.hold = held.hold
  INNER JOIN identity.identifiers AS identifiers ON identifiers._record = held.id AND identifiers.dataset = held.dataset
  INNER JOIN subject_persons AS subjects ON subjects.request = mine.request AND subjects.person = identifiers.person
)
SELECT request, kind, count(*) AS records
FROM records
GROUP BY request, kind
ORDER BY request, kind
