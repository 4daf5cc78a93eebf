-- One row: a record that says for which company a person works or is a contact person, and from and until when. `related_until` is the last day
-- on which the person was that and the company a customer; empty while the relation holds, and where nothing says an end.
-- Inputs: identity.employments, identity.record_persons, identity.company_keys, identity.companies.
SELECT
  employments._record,
  employments.dataset,
  persons.person,
  keys.company,
  employments.role,
  employments.started,
  employments.ended,
  coalesce(companies.is_customer, false) AS is_customer,
  companies.customer_from,
  companies.customer_until,
  least(employments.ended, companies.customer_until) AS related_until
FROM identity.employments AS employments
INNER JOIN identity.record_persons AS persons
  ON persons._record = employments._record AND persons.dataset = employments.dataset AND persons.role = employments.person_role
INNER JOIN identity.company_keys AS keys ON keys.source_company = employments.source_company
LEFT JOIN identity.companies AS companies ON companies.company = keys.company
