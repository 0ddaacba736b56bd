"""Every way to draw once more without anybody noticing fails, or anybody can see it (DRAW §3, A50)."""

import json
import re

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from bureau.errors import Conflict, RuleError
from bureau.models import Checkpoint, User
from bureau.services import sealing
from planning.models import Draw, DrawEvent, Pick, Sitting, Task
from planning.selectors import draws as reads
from planning.services import sittings, voids
from tests.people import make_authority, make_user
from tests.planning import sitting_cast as cast

BACKEND = "django.contrib.auth.backends.ModelBackend"
# Whatever says what was drawn, from which lists, with which numbers, and who did it.
FROZEN = {
    "planning_draw", "planning_drawfile", "planning_drawevent", "planning_witnesscommitment", "planning_pseudonym",
    "planning_poolconfirmation", "bureau_auditevent", "bureau_checkpoint", "bureau_auditseal",
}  # fmt: skip


@pytest.fixture
def operator(bureau) -> User:
    cast.fill_pool(bureau)
    return cast.operator_of(bureau)


@pytest.fixture
def sitting(bureau, operator, witness) -> Sitting:
    return cast.computed(bureau, operator, witness)


def picked() -> list[tuple[str, int]]:
    return list(Pick.objects.order_by("stratum", "rank").values_list("entity__name", "rank"))


def as_application(statement: str) -> type[Exception] | None:
    """Runs it with the rights that the web and the worker have; what it ends in."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except Exception as refused:
        return type(refused)
    return None


def test_rows_of_a_draw_cannot_be_deleted(sitting):
    draw = sitting.draws.get()
    refusals = []
    for row in (draw, draw.events.first(), draw.files.first(), sitting, sitting.tasks.get()):
        with pytest.raises((ProtectedError, ProgrammingError)) as refused, transaction.atomic():
            row.delete()
        refusals.append(refused.type)

    assert len(refusals) == 5
    assert reads.verdict(Draw.objects.get()) == (0, "VERIFIED")


@pytest.mark.parametrize("table", sorted(FROZEN))
def test_the_application_s_role_neither_changes_nor_removes(table, sitting):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")  # fmt: skip
        guarded = {name for (name,) in cursor.fetchall()}

    ends = [
        as_application(f"UPDATE {table} SET id = id"),
        as_application(f"DELETE FROM {table}"),
        as_application(f"TRUNCATE {table} CASCADE"),
        as_application(f"ALTER TABLE {table} DISABLE TRIGGER ALL"),
        as_application(f"DROP TABLE {table} CASCADE"),
    ]

    assert table in guarded
    assert ends == [ProgrammingError] * 5


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE planning_pick SET entity_id = (SELECT max(entity_id) FROM registry_listing)"
        " WHERE rank = 1",
        "UPDATE planning_pick SET rank = rank + 100",
        "DELETE FROM planning_pick",
    ],
)
def test_another_firm_does_not_take_the_place_of_a_picked_one(change, sitting):
    before = picked()

    assert as_application(change) is ProgrammingError
    assert picked() == before


def test_a_sitting_that_holds_draws_stays(sitting):
    away = (
        "DELETE FROM planning_sitting_tasks; DELETE FROM planning_sittingwitness;"
        " DELETE FROM planning_sitting; SET CONSTRAINTS ALL IMMEDIATE"
    )

    assert as_application(away) is IntegrityError
    assert Sitting.objects.count() == 1


def test_posting_again_changes_nothing(sitting, operator, witness):
    before, client = picked(), Client()
    answers = []
    for user, name, post in [
        (operator, "sitting-lock", {"reason": "再来一次"}),
        (operator, "sitting-compute", {}),
        (operator, "sitting-discard", {}),
        (witness, "sitting-open", {"digits": "999999999999"}),
    ]:
        client.force_login(user, backend=BACKEND)
        answers.append(client.post(reverse(f"planning:{name}", args=[sitting.pk]), post))

    assert {answer.status_code for answer in answers} <= {302, 409, 422}
    assert picked() == before
    assert Draw.objects.count() == DrawEvent.objects.filter(kind="computed").count() == 1


def test_a_sitting_set_back_in_the_database_does_not_compute_twice(sitting, operator):
    """What the application's role may write: states. The events say what happened."""
    before = picked()
    Sitting.objects.filter(pk=sitting.pk).update(state="locked")
    Task.objects.update(state="locked")

    with pytest.raises((Conflict, RuleError, IntegrityError)), transaction.atomic():
        sittings.compute(sitting=sitting, actor=operator)
    assert picked() == before
    assert DrawEvent.objects.filter(kind="computed").count() == 1


def test_a_copied_sitting_is_refused(sitting, operator, bureau):
    task = sitting.tasks.get()

    with pytest.raises((Conflict, RuleError)):
        cast.prepared(bureau, operator, tasks=[task])


def test_a_task_set_back_is_drawn_again_only_in_public(sitting, bureau, operator, witness):
    """The second draw names the first as its predecessor, with its number and its reason."""
    first = sitting.draws.get()
    Task.objects.update(state="ready", drawn_at=None)
    again = cast.prepared(bureau, operator, witnesses=[witness], tasks=[sitting.tasks.get()])
    sittings.lock(sitting=again, actor=operator, reason="重抽")
    second = again.draws.get()
    chain = Client().get(reverse("public:chain-file", kwargs={"code": bureau.code})).content

    assert (second.n, second.previous, second.reason) == (first.n + 1, first.a, "重抽")
    assert [line.split("\t")[0] for line in chain.decode().splitlines()] == [first.a, second.a]


def test_digits_changed_after_they_were_given_stop_the_draw(bureau, operator, witness):
    ready = cast.ready_to_compute(bureau, operator, witness)
    ready.witnesses.update(digits="111111111111")

    with pytest.raises(RuleError, match="监督数字与公布时记录的不符"):
        sittings.compute(sitting=ready, actor=operator)
    assert not Pick.objects.exists()


def test_the_admin_offers_no_hand_on_a_draw(sitting, bureau):
    root = make_user("root", "平台运维", bureau, "organiser")
    User.objects.filter(pk=root.pk).update(is_superuser=True, is_staff=True)
    client, task = Client(), sitting.tasks.get()
    client.force_login(User.objects.get(pk=root.pk), backend=BACKEND)
    names = ("draw", "drawfile", "drawevent", "sitting", "sittingwitness", "pick")
    pages = [client.get(f"/admin/planning/{name}/").status_code for name in names]
    change = reverse("admin:planning_task_change", args=[task.pk])
    post = client.post(change, {"state": "ready"})
    delete = client.post(reverse("admin:planning_task_delete", args=[task.pk]), {"post": "yes"})

    assert pages == [404] * len(names)
    assert (post.status_code, delete.status_code) == (403, 403)
    assert Task.objects.get(pk=task.pk).state == "drawn"


def test_a_void_draw_stays_in_sight(sitting, bureau, operator, head):
    asked = voids.request(sitting=sitting, reason="名录未更新", actor=operator)
    above = make_user("above", "上级", bureau.superior, "superior")
    voids.decide(asked=asked, approve=True, actor=above if voids.needs_superior(sitting) else head)
    draw = sitting.draws.get()
    page = (
        Client().get(reverse("public:draw-detail", kwargs={"number": draw.number})).content.decode()
    )
    chain = Client().get(reverse("public:chain", kwargs={"code": bureau.code})).content.decode()

    assert "名录未更新" in page
    assert draw.number in chain
    assert reads.public_file(draw, "result.tsv") is not None


# ---------------------------------------------------------------- an older database


class Restorable:
    """The test's database with one copy that can be put in its place."""

    def __init__(self, live_db) -> None:
        self.live, self.copy = live_db, f"{live_db.name}_old"

    def keep(self) -> None:
        self._replace(self.copy, self.live.name)

    def restore(self) -> None:
        self._replace(self.live.name, self.copy)

    def _replace(self, name: str, template: str) -> None:
        for one in connections.all():
            one.close()
        self.live.sql(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} OWNER ssj_owner TEMPLATE {template}",
        )


@pytest.fixture
def restorable(live_db):
    made = Restorable(live_db)
    yield made
    for one in connections.all():
        one.close()
    live_db.sql(f"DROP DATABASE IF EXISTS {made.copy} WITH (FORCE)")


def checked(capsys, *files) -> tuple[int, str]:
    """(exit code, what verify_audit said)."""
    capsys.readouterr()
    code = 0
    try:
        call_command("verify_audit", *[word for file in files for word in ("--checkpoint", str(file))])  # fmt: skip
    except SystemExit as ended:
        code = ended.code
    return code, capsys.readouterr().out


def test_an_older_database_does_not_fit_what_others_kept(restorable, tmp_path, capsys):
    """Drawn, published, restored to before the lock, drawn again: the chain inside is whole, but not that of the citizen."""
    superior = make_authority("SFS", "示范市自然资源和规划局")
    bureau = make_authority("SFX", "示范县自然资源和规划局", superior)
    reader = make_user("above", "测上级", superior, "superior")
    cast.fill_pool(bureau)
    operator, witness = cast.operator_of(bureau), make_user("witness", "监督员", bureau, "witness")
    cast.computed(bureau, operator, witness)
    task = cast.make_ready_task(bureau, by=operator, code="LY-01")
    restorable.keep()

    sitting = cast.computed(bureau, operator, witness, tasks=[task])
    unwanted = sitting.draws.get()
    sealing.seal()
    kept = tmp_path / "chain.tsv"
    kept.write_bytes(Client().get(reverse("public:chain-file", kwargs={"code": "SFX"})).content)
    heads = tmp_path / "checkpoints.json"
    head = Checkpoint.objects.latest("number")
    heads.write_text(json.dumps([{"number": head.number, "sha256": head.sha256}]))
    receipt = tmp_path / "receipt.txt"
    receipt.write_text(reader.notifications.get(key=f"draw.locked:{unwanted.pk}").text, "utf-8")
    printed = tmp_path / "printed.txt"
    printed.write_text(f"留痕链头（第 {head.number} 次封存）{head.sm3}\n", "utf-8")
    before = [checked(capsys, file)[0] for file in (kept, heads, receipt, printed)]

    restorable.restore()
    quiet = cast.computed(
        type(bureau).objects.get(code="SFX"),
        User.objects.get(pk=operator.pk),
        User.objects.get(pk=witness.pk),
        tasks=[Task.objects.get(pk=task.pk)],
    ).draws.get()
    sealing.seal()
    alone = checked(capsys)
    by_chain, by_receipt, by_print = (checked(capsys, file) for file in (kept, receipt, printed))
    by_head = checked(capsys, heads)

    assert before == [0, 0, 0, 0]
    assert (quiet.number, quiet.n) == (unwanted.number, unwanted.n)  # nothing inside betrays it
    assert alone[0] == 0
    assert [code for code, _ in (by_chain, by_receipt, by_print, by_head)] == [1, 1, 1, 1]
    assert re.search(rf"保存的第 2 行在本库中不存在：.*{unwanted.a}", by_chain[1])
    assert f"第 1 行的指纹 {unwanted.a} 在本库中没有" in by_receipt[1]
    assert head.sm3 in by_print[1]
    assert "不一致" in by_head[1] or "不存在" in by_head[1]


def test_a_kept_chain_that_grew_still_fits(bureau, operator, witness, tmp_path, capsys):
    """States move on and rows are added: an honest year is no alarm."""
    sitting = cast.locked(bureau, operator, witnesses=[witness])
    kept = tmp_path / "chain.tsv"
    kept.write_bytes(Client().get(reverse("public:chain-file", kwargs={"code": "SFX"})).content)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, actor=witness)
    sittings.compute(sitting=sitting, actor=operator)
    cast.locked(
        bureau,
        operator,
        witnesses=[witness],
        tasks=[cast.make_ready_task(bureau, by=operator, code="LY-01")],
    )

    assert checked(capsys, kept)[0] == 0


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        (3, "另一任务", "任务、次数或时间与本库不同"),
        (6, "f" * 64, "监督承诺文件被换过"),
        (7, "voided", "当时已是 voided，本库又回到"),
        (1, "e" * 64, "前一公告也不同"),
    ],
)
def test_each_difference_of_a_kept_row_is_named(column, value, sentence, sitting, tmp_path, capsys):
    text = Client().get(reverse("public:chain-file", kwargs={"code": "SFX"})).content.decode()
    parts = text.rstrip("\n").split("\t")
    parts[column] = value
    kept = tmp_path / "chain.tsv"
    kept.write_text("\t".join(parts) + "\n", "utf-8")

    code, said = checked(capsys, kept)

    assert code == 1
    assert sentence in said


def test_a_file_without_anything_to_check_proves_nothing(db, tmp_path, capsys):
    empty = tmp_path / "empty.txt"
    empty.write_text("没有指纹", "utf-8")

    code, said = checked(capsys, empty)

    assert code == 1
    assert "没有可以核对的内容" in said
