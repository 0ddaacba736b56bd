"""Who reads the lists of the picked; plain values of bureau.models.Role: rules know no framework."""

READERS = (
    "organiser",
    "coordinator",
    "head",
    "deputy",
    "reviewer",
    "publisher",
    "assessor",
    "auditor",
    "superior",
)
# Who works with a list before it is public; everybody else waits for the reveal.
SEALED_READERS = ("organiser", "coordinator", "head", "deputy", "auditor")
