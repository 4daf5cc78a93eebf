"""What assets work with: plain classes that know no Dagster."""
