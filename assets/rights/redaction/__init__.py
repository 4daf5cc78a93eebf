"""What `redact` goes by beside patterns and names: company staff, what a releaser decided, a model of names."""
