"""Mutated mail through everything that reads mail: short in the test run, long with `make fuzz`."""
