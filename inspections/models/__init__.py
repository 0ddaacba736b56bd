from inspections.models.before import AdvanceNotice, NoticeBundle
from inspections.models.cases import (
    ContactAttempt,
    DeemedReport,
    ListCheck,
    MergeConsent,
    Transfer,
)
from inspections.models.conclusions import Conclusion
from inspections.models.delivery import FieldDelivery
from inspections.models.disposal import DisposalAsk, DisposalStep, Letter, RecheckVisit
from inspections.models.dossier import Dossier
from inspections.models.entry import EntryLog, FirmCode, RouteNote, VisitPause
from inspections.models.glass import GlassSignature
from inspections.models.media import EvidenceCopy, LargeUpload, UploadPiece
from inspections.models.precheck import PreCheck, PreCheckLine
from inspections.models.record import (
    ChecklistAnswer,
    DeemedDone,
    Disposal,
    Evidence,
    Finding,
    Signature,
)
from inspections.models.review import Review
from inspections.models.samples import Sample, SampleHandover, SampleResult
from inspections.models.site_notes import SiteNote, SiteNoteRevision
from inspections.models.team import PoolConsent, Replacement, TeamMember, TeamSitting
from inspections.models.visit import InspectionOrder, Notice, Visit, VisitMatter

__all__ = [
    "AdvanceNotice",
    "ChecklistAnswer",
    "Conclusion",
    "ContactAttempt",
    "DeemedDone",
    "DeemedReport",
    "Disposal",
    "DisposalAsk",
    "DisposalStep",
    "Dossier",
    "EntryLog",
    "Evidence",
    "EvidenceCopy",
    "FieldDelivery",
    "Finding",
    "FirmCode",
    "GlassSignature",
    "InspectionOrder",
    "LargeUpload",
    "Letter",
    "ListCheck",
    "MergeConsent",
    "Notice",
    "NoticeBundle",
    "PoolConsent",
    "PreCheck",
    "PreCheckLine",
    "RecheckVisit",
    "Replacement",
    "Review",
    "RouteNote",
    "Sample",
    "SampleHandover",
    "SampleResult",
    "Signature",
    "SiteNote",
    "SiteNoteRevision",
    "TeamMember",
    "TeamSitting",
    "Transfer",
    "UploadPiece",
    "Visit",
    "VisitMatter",
    "VisitPause",
]
