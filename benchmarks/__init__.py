"""Benchmarks: ours beside other generators, on the same text."""
