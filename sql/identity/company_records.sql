-- One row: a record that describes a company, the company, and why it is that one.
-- Inputs: identity.described_companies, identity.company_keys.
SELECT described._record, described.dataset, keys.company, keys.why
FROM identity.described_companies AS described
INNER JOIN identity.company_keys AS keys ON keys.source_company = described.source_company
