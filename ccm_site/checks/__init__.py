"""Three layers, one list of findings: schema, references, rules."""
