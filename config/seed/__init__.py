"""The demo bureau: a fictional county bureau in the middle of its year. Used by seed_demo and by nothing else."""
