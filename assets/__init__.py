"""What is computed: one folder a stage, in the order in which the data flows."""
