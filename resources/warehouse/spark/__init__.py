"""The warehouse on many machines: the same statements, carried out by Apache Spark or Sail through Spark Connect."""
