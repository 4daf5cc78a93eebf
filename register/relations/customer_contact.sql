-- One row: a record of contact data, and the day on which the relation with the customer ended; none while it holds.
-- It holds while the person is the contact of a company that is a customer, and while the history of the service is kept: a ticket or an order.
-- Inputs: register.crm_contacts, register.crm_contact_periods, register.crm_companies, register.crm_sole_traders, register.crm_orders, register.helpdesk_tickets, register.accounts_users, identity.record_persons, identity.persons.
WITH customers AS (
  SELECT company_id, relation_ended_on FROM register.crm_companies
  UNION ALL
  SELECT company_id, relation_ended_on FROM register.crm_sole_traders
),
history AS (
  SELECT _record FROM register.helpdesk_tickets
  UNION ALL
  SELECT _record FROM register.crm_orders
),
served AS (
  SELECT DISTINCT persons.subject
  FROM history
  INNER JOIN identity.record_persons AS record_persons ON record_persons._record = history._record AND record_persons.is_main
  INNER JOIN identity.persons AS persons ON persons.person = record_persons.person
  WHERE persons.subject IS NOT NULL
),
remembered AS (
  SELECT DISTINCT record_persons._record
  FROM identity.record_persons AS record_persons
  INNER JOIN identity.persons AS persons ON persons.person = record_persons.person
  INNER JOIN served ON served.subject = persons.subject
  WHERE record_persons.is_main
),
contacts AS (
  SELECT
    contacts._record,
    contacts.company_id,
    CASE
      WHEN contacts.relation_ended_on IS NULL THEN customers.relation_ended_on
      WHEN customers.relation_ended_on IS NULL THEN contacts.relation_ended_on
      ELSE least(contacts.relation_ended_on, customers.relation_ended_on)
    END AS held_until,
    remembered._record IS NOT NULL AS is_remembered
  FROM register.crm_contacts AS contacts
  LEFT JOIN customers ON customers.company_id = contacts.company_id
  LEFT JOIN remembered ON remembered._record = contacts._record
),
served_companies AS (
  SELECT company_id FROM register.crm_orders WHERE company_id IS NOT NULL
  UNION
  SELECT company_id FROM contacts WHERE company_id IS NOT NULL AND (is_remembered OR held_until IS NULL)
)
SELECT contacts._record, CASE WHEN NOT contacts.is_remembered THEN contacts.held_until END AS held_until
FROM contacts
UNION ALL
SELECT
  periods._record,
  CASE
    WHEN periods.ended_on IS NULL THEN customers.relation_ended_on
    WHEN customers.relation_ended_on IS NULL THEN periods.ended_on
    ELSE least(periods.ended_on, customers.relation_ended_on)
  END AS held_until
FROM register.crm_contact_periods AS periods
LEFT JOIN customers ON customers.company_id = periods.company_id
UNION ALL
SELECT companies._record, CASE WHEN served_companies.company_id IS NULL THEN companies.relation_ended_on END AS held_until
FROM register.crm_companies AS companies
LEFT JOIN served_companies ON served_companies.company_id = companies.company_id
UNION ALL
SELECT traders._record, CASE WHEN served_companies.company_id IS NULL AND remembered._record IS NULL THEN traders.relation_ended_on END AS held_until
FROM register.crm_sole_traders AS traders
LEFT JOIN served_companies ON served_companies.company_id = traders.company_id
LEFT JOIN remembered ON remembered._record = traders._record
UNION ALL
SELECT users._record, CASE WHEN remembered._record IS NULL THEN CAST(users.closed_on AS DATE) END AS held_until
FROM register.accounts_users AS users
LEFT JOIN remembered ON remembered._record = users._record
