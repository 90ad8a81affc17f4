"""How the tables came to be: one file a version; `store.schema.prepare` runs what is missing."""
