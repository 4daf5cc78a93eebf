-- One row: a company as one source knows it, the company that it is, and why: those whose business id is one and right are one with all that
-- bear it; any other is by itself.
-- Inputs: identity.described_companies, identity.employments. Parameter: $pepper.
WITH known AS (
  SELECT source_company, business_id, states_business_id, true AS is_described
  FROM identity.described_companies
  UNION ALL
  SELECT source_company, CAST(NULL AS VARCHAR) AS business_id, false AS states_business_id, false AS is_described
  FROM identity.employments
),
gathered AS (
  SELECT
    source_company,
    min(business_id) AS business_id,
    max(business_id) AS other_business_id,
    bool_or(states_business_id) AS states_business_id,
    bool_or(is_described) AS is_described
  FROM known
  GROUP BY source_company
),
judged AS (
  SELECT
    source_company,
    CASE WHEN business_id = other_business_id THEN business_id END AS business_id,
    CASE
      WHEN business_id = other_business_id THEN 'business_id'
      WHEN business_id <> other_business_id THEN 'several_business_ids'
      WHEN states_business_id THEN 'invalid_business_id'
      WHEN is_described THEN 'no_business_id'
      ELSE 'not_described'
    END AS why
  FROM gathered
)
SELECT
  source_company,
  left(sha256($pepper || coalesce('business_id/' || business_id, 'company/' || source_company)), 32) AS company,
  business_id,
  why
FROM judged
