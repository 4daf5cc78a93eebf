-- One row: a record that is kept, by its data set's table, where it stands (layer: register or quarantine), and what keeps it (kind, hold).
-- Inputs: held_rows (dataset, _record, kind, hold), held_texts (dataset, _quarantine, kind, hold), both temporary.
SELECT DISTINCT rows_held.dataset, 'register' AS layer, rows_held._record AS id, rows_held.kind, rows_held.hold
FROM held_rows AS rows_held
UNION
SELECT DISTINCT texts.dataset, 'quarantine' AS layer, texts._quarantine AS id, texts.kind, texts.hold
FROM held_texts AS texts
