"""What the steps of the seed share: days, agenda, people, units, matters, and the tasks made so far."""

from dataclasses import dataclass, field
from datetime import date

from bureau.models import Agency, User
from config.seed.agenda import Agenda
from config.seed.days import Days
from inspections.models import TeamMember, Visit
from planning.models import PlanItem, Task
from registry.demo import office
from registry.models import Matter

HEAD, DEPUTY, PUBLISHER, WITNESS = "jiyanqing", "suhetian", "ruanzhiwei", "nieguanlan"
LICENSING, MINING, LAND, FOREST = "luoyining", "shaochuanbai", "qiyuanzhou", "baisongnian"
ENFORCEMENT = "jingbeichen"
SUPERIOR = "luwangshu"
# Who keeps the pool of whose task: nobody confirms for a task of their own.
KEEPER = {LICENSING: MINING, MINING: LICENSING, LAND: FOREST, FOREST: LAND}
COORDINATOR = {
    office.ENFORCEMENT: ENFORCEMENT,
    office.NORTH_HILL: "yanbeijiang",
    office.CLEAR_BROOK: "guyutong",
    office.LAKESIDE: "tanglinzhou",
}
REVIEWERS = (MINING, LAND, FOREST, ENFORCEMENT)


@dataclass
class Story:
    days: Days
    agenda: Agenda = field(default_factory=Agenda)
    tasks: dict[str, Task] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.users = {user.username: user for user in User.objects.all()}
        self.agencies = {agency.code: agency for agency in Agency.objects.all()}
        self.matters = {matter.code: matter for matter in Matter.objects.all()}

    @property
    def today(self) -> date:
        """The day that the agenda has reached."""
        assert self.agenda.now is not None
        return self.agenda.now.date()

    @property
    def authority(self) -> Agency:
        return self.agencies[office.AUTHORITY]

    def user(self, username: str) -> User:
        return self.users[username]

    def unit(self, code: str) -> Agency:
        return self.agencies[code]

    def units(self, *codes: str) -> list[int]:
        return [self.agencies[code].pk for code in codes]

    def matter_ids(self, *codes: str) -> list[int]:
        return [self.matters[code].pk for code in codes]

    def visits(self, key: str) -> list[Visit]:
        """Those of a task, by number."""
        rows = Visit.objects.filter(matters__task=self.tasks[key]).distinct()
        return list(rows.select_related("entity", "unit", "authority").order_by("number"))

    def officer(self, member: TeamMember) -> User:
        """The account of an officer in a team."""
        assert member.inspector is not None
        assert member.inspector.user is not None
        return self.users[member.inspector.user.username]

    def item(self, number: int) -> PlanItem:
        """The year's plan item as it stands now."""
        rows = PlanItem.objects.select_related("plan__authority")
        return rows.get(plan__year=self.days.year, number=number)

    def task(self, key: str) -> Task:
        """The task as it stands now."""
        rows = Task.objects.select_related("authority", "unit")
        found: Task = rows.get(pk=self.tasks[key].pk)
        return found
