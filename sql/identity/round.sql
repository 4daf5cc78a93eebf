-- One row: a source person and the least label known of its component so far. One round: to neighbours, and to whoever the label is of
-- (so that long chains are done in few rounds), then to the label's own label (J. Zhang and others, FastSV, 2020).
-- Inputs: identity.edges, identity.labels.
WITH least_of_value AS (
  SELECT edges.kind, edges.value, min(labels.label) AS label
  FROM identity.edges AS edges
  INNER JOIN identity.labels AS labels ON labels.person = edges.person
  GROUP BY edges.kind, edges.value
),
least_of_person AS (
  SELECT edges.person, min(least_of_value.label) AS label
  FROM identity.edges AS edges
  INNER JOIN least_of_value ON least_of_value.kind = edges.kind AND least_of_value.value = edges.value
  GROUP BY edges.person
),
least_of_label AS (
  SELECT labels.label AS person, min(least_of_person.label) AS label
  FROM identity.labels AS labels
  INNER JOIN least_of_person ON least_of_person.person = labels.person
  GROUP BY labels.label
),
hooked AS (
  SELECT
    labels.person,
    least(labels.label, coalesce(least_of_person.label, labels.label), coalesce(least_of_label.label, labels.label)) AS label
  FROM identity.labels AS labels
  LEFT JOIN least_of_person ON least_of_person.person = labels.person
  LEFT JOIN least_of_label ON least_of_label.person = labels.person
)
SELECT hooked.person, least(hooked.label, coalesce(roots.label, hooked.label)) AS label
FROM hooked
LEFT JOIN hooked AS roots ON roots.person = hooked.label
