"""Tests of the draw protocol: vectors, refusals, exact properties, statistics, planted faults."""
