-- The tables that every generation has, whatever the catalogue says.
CREATE SCHEMA IF NOT EXISTS meta;
CREATE SCHEMA IF NOT EXISTS register;
CREATE SCHEMA IF NOT EXISTS quarantine;
CREATE SCHEMA IF NOT EXISTS identity;
CREATE TABLE IF NOT EXISTS meta.generations (run VARCHAR NOT NULL, published_at TIMESTAMP NOT NULL);
CREATE TABLE IF NOT EXISTS meta.unresolved (dataset VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS meta.changed_persons (person VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS meta.resolved (identifiers BIGINT NOT NULL, rules VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS meta.batches (
  batch VARCHAR NOT NULL, source VARCHAR NOT NULL, dataset VARCHAR NOT NULL, read_from VARCHAR NOT NULL, run VARCHAR NOT NULL, landed_at TIMESTAMP NOT NULL,
  read BIGINT NOT NULL, inserted BIGINT NOT NULL, updated BIGINT NOT NULL, unchanged BIGINT NOT NULL, quarantined BIGINT NOT NULL,
  refused BIGINT NOT NULL, dropped BIGINT NOT NULL, dropped_by VARCHAR NOT NULL, deleted BIGINT NOT NULL, kept_back BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS quarantine.records (
  _quarantine VARCHAR NOT NULL, _record VARCHAR, dataset VARCHAR NOT NULL, field VARCHAR, rule VARCHAR NOT NULL, reason VARCHAR NOT NULL,
  record VARCHAR, anchor TIMESTAMP, _batch VARCHAR NOT NULL, _quarantined_at TIMESTAMP NOT NULL);
ALTER TABLE quarantine.records ADD COLUMN IF NOT EXISTS _context VARCHAR;
CREATE TABLE IF NOT EXISTS identity.identifiers (
  _record VARCHAR NOT NULL, dataset VARCHAR NOT NULL, source VARCHAR NOT NULL, role VARCHAR NOT NULL, is_main BOOLEAN NOT NULL, person VARCHAR,
  field VARCHAR NOT NULL, kind VARCHAR NOT NULL, value VARCHAR NOT NULL, shared BOOLEAN NOT NULL, is_key BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS identity.persons (person VARCHAR, source VARCHAR, key_kind VARCHAR, subject VARCHAR);
CREATE TABLE IF NOT EXISTS identity.subjects (subject VARCHAR, persons BIGINT, sources BIGINT, records BIGINT);
CREATE TABLE IF NOT EXISTS identity.links (person VARCHAR, kind VARCHAR, value VARCHAR, joins BOOLEAN, reason VARCHAR);
CREATE TABLE IF NOT EXISTS identity.review (proposal VARCHAR, person VARCHAR, reason VARCHAR, probability DOUBLE);
CREATE TABLE IF NOT EXISTS identity.memory (person VARCHAR, subject VARCHAR, born VARCHAR, since BIGINT);
CREATE TABLE IF NOT EXISTS identity.aliases (alias VARCHAR, subject VARCHAR);
CREATE TABLE IF NOT EXISTS identity.history (former VARCHAR, subject VARCHAR, key_kind VARCHAR, key_hash VARCHAR, hash VARCHAR);
ALTER TABLE identity.history ADD COLUMN IF NOT EXISTS is_one BOOLEAN DEFAULT true;
CREATE TABLE IF NOT EXISTS identity.remains (former VARCHAR, person VARCHAR);
CREATE TABLE IF NOT EXISTS identity.known_by (former VARCHAR, kind VARCHAR, hash VARCHAR);
CREATE TABLE IF NOT EXISTS identity.candidates (one VARCHAR, other VARCHAR, probability DOUBLE);
CREATE TABLE IF NOT EXISTS identity.record_persons (_record VARCHAR, dataset VARCHAR, role VARCHAR, is_main BOOLEAN, person VARCHAR);
CREATE TABLE IF NOT EXISTS identity.companies (
  company VARCHAR, business_id VARCHAR, name VARCHAR, records BIGINT, sources BIGINT, is_registered BOOLEAN, is_customer BOOLEAN, customer_from DATE,
  customer_until DATE);
CREATE TABLE IF NOT EXISTS identity.company_records (_record VARCHAR, dataset VARCHAR, company VARCHAR, why VARCHAR);
CREATE TABLE IF NOT EXISTS identity.contact_periods (
  _record VARCHAR, dataset VARCHAR, person VARCHAR, company VARCHAR, role VARCHAR, started DATE, ended DATE, is_customer BOOLEAN, customer_from DATE,
  customer_until DATE, related_until DATE);
CREATE TABLE IF NOT EXISTS identity.chains (person VARCHAR, label VARCHAR, contradicts BOOLEAN);
CREATE TABLE IF NOT EXISTS identity.judged_persons (person VARCHAR);
CREATE SCHEMA IF NOT EXISTS outreach;
CREATE TABLE IF NOT EXISTS outreach.consents (subject VARCHAR, purpose VARCHAR, channel VARCHAR, state VARCHAR, since TIMESTAMP);
CREATE TABLE IF NOT EXISTS outreach.barred (person VARCHAR, subject VARCHAR, purpose VARCHAR, reason VARCHAR);
CREATE TABLE IF NOT EXISTS outreach.audience (
  subject VARCHAR, channel VARCHAR, purpose VARCHAR, dataset VARCHAR, _record VARCHAR, ground VARCHAR);
