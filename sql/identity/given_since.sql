-- One row: an identifier that an erased person of whom records stay bears there still, and that was given to somebody else since.
-- Inputs: identity.met, identity.remains.
SELECT DISTINCT theirs.identifier
FROM identity.met AS theirs
INNER JOIN identity.met AS mine ON mine.former = theirs.former AND mine.identifier = theirs.identifier
INNER JOIN identity.remains AS remains ON remains.former = mine.former AND CAST(remains.person AS UUID) = mine.person
WHERE theirs.is_other
