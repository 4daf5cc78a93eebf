-- One row: a company that some record describes. It has been a customer since the first day that one of its records says, and until the last;
-- `customer_until` is empty as long as one of them says no end. What a public register calls it goes before what others call it.
-- Inputs: identity.described_companies, identity.company_keys.
SELECT
  keys.company,
  keys.business_id,
  coalesce(min(described.name) FILTER (WHERE described.is_public), min(described.name)) AS name,
  count(*) AS records,
  count(DISTINCT described.source) AS sources,
  bool_or(described.is_public) AS is_registered,
  bool_or(described.is_customer) AS is_customer,
  min(described.customer_from) FILTER (WHERE described.is_customer) AS customer_from,
  CASE
    WHEN bool_or(described.is_customer AND described.customer_until IS NULL) THEN NULL
    ELSE max(described.customer_until) FILTER (WHERE described.is_customer)
  END AS customer_until
FROM identity.described_companies AS described
INNER JOIN identity.company_keys AS keys ON keys.source_company = described.source_company
GROUP BY keys.company, keys.business_id
