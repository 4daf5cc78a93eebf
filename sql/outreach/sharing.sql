-- One row: a data subject that bears what is a person's own and what somebody who refuses bears, too: both may well be one person.
-- Inputs: own_links (subject, kind, value, is_surely), refusing (subject, reason), temporary.
SELECT DISTINCT mine.subject, 'identifier_of_who_refuses' AS reason
FROM refusing
INNER JOIN own_links AS theirs ON theirs.subject = refusing.subject
INNER JOIN own_links AS mine ON mine.kind = theirs.kind AND mine.value = theirs.value
LEFT JOIN refusing AS already ON already.subject = mine.subject
WHERE refusing.reason <> 'unclear_who' AND already.subject IS NULL
