from planning.models.draw import (
    Draw,
    DrawEvent,
    DrawFile,
    Pseudonym,
    Sitting,
    SittingWitness,
    VoidRequest,
    WitnessCommitment,
)
from planning.models.pick import Pick, Skip, Supplement
from planning.models.plan import Filing, Plan, PlanAdjustment, PlanItem
from planning.models.task import PoolConfirmation, Task, TaskGroup, TaskParticipant, TaskStratum

__all__ = [
    "Draw",
    "DrawEvent",
    "DrawFile",
    "Filing",
    "Pick",
    "Plan",
    "PlanAdjustment",
    "PlanItem",
    "PoolConfirmation",
    "Pseudonym",
    "Sitting",
    "SittingWitness",
    "Skip",
    "Supplement",
    "Task",
    "TaskGroup",
    "TaskParticipant",
    "TaskStratum",
    "VoidRequest",
    "WitnessCommitment",
]
