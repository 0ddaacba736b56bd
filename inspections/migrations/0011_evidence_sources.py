import bureau.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from bureau.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("bureau", "0003_drop_unused_result_file"),
        ("inspections", "0010_list_check_visits"),
        ("registry", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="evidence",
            name="kind",
            field=models.CharField(
                choices=[
                    ("photo", "照片"),
                    ("signed_page", "签字页照片"),
                    ("document", "文件"),
                    ("video", "录像"),
                    ("audio", "录音"),
                ],
                max_length=12,
                verbose_name="种类",
            ),
        ),
        migrations.CreateModel(
            name="EvidenceCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lines", models.JSONField(verbose_name="印入的文字")),
                ("camera_at", models.DateTimeField(null=True, verbose_name="照片自带时间")),
                (
                    "is_time_doubtful",
                    models.BooleanField(default=False, verbose_name="与采集时间相差过大"),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="制作时间",
                    ),
                ),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copy",
                        to="inspections.evidence",
                        verbose_name="原件",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.storedfile",
                        verbose_name="水印件",
                    ),
                ),
            ],
            options={
                "verbose_name": "照片水印件",
                "verbose_name_plural": "照片水印件",
            },
        ),
        migrations.CreateModel(
            name="LargeUpload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bureau.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64, verbose_name="文件特征")),
                ("name", models.CharField(max_length=200, verbose_name="文件名")),
                ("size", models.PositiveBigIntegerField(verbose_name="字节数")),
                ("received", models.PositiveBigIntegerField(default=0, verbose_name="已收到")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "latitude",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="纬度"
                    ),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="经度"
                    ),
                ),
                ("happened_at", models.DateTimeField(verbose_name="采集时间")),
                (
                    "started_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="开始时间",
                    ),
                ),
                ("last_at", models.DateTimeField(verbose_name="最近收到")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "传送中"),
                            ("whole", "已收齐，正在核对"),
                            ("done", "已登记"),
                            ("refused", "未接受"),
                            ("expired", "超时作废"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                (
                    "refusal",
                    models.CharField(blank=True, max_length=300, verbose_name="未接受的原因"),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.agency",
                        verbose_name="单位",
                    ),
                ),
                (
                    "evidence",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inspections.evidence",
                        verbose_name="证据材料",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="large_uploads",
                        to="inspections.visit",
                        verbose_name="检查",
                    ),
                ),
                (
                    "visit_matter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inspections.visitmatter",
                        verbose_name="检查事项",
                    ),
                ),
            ],
            options={
                "verbose_name": "大文件上传",
                "verbose_name_plural": "大文件上传",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bureau.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="抽样编号")),
                ("name", models.CharField(max_length=100, verbose_name="样品名称")),
                (
                    "specification",
                    models.CharField(blank=True, max_length=100, verbose_name="规格型号"),
                ),
                (
                    "batch",
                    models.CharField(blank=True, max_length=100, verbose_name="批号或生产日期"),
                ),
                ("quantity", models.CharField(max_length=60, verbose_name="抽样数量")),
                ("base", models.CharField(blank=True, max_length=60, verbose_name="抽样基数")),
                (
                    "reserve",
                    models.CharField(blank=True, max_length=120, verbose_name="备样数量及存放"),
                ),
                ("place", models.CharField(max_length=200, verbose_name="抽样地点")),
                ("seal_number", models.CharField(max_length=60, verbose_name="封条号")),
                ("is_party_present", models.BooleanField(verbose_name="当事人到场并确认封样")),
                ("witness", models.CharField(blank=True, max_length=60, verbose_name="见证人")),
                ("taken_at", models.DateTimeField(verbose_name="抽样时间")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="登记时间",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("taken", "已取样，待送检"),
                            ("at_lab", "已送检，待结果"),
                            ("resulted", "已有结果"),
                            ("cancelled", "不再检测"),
                        ],
                        default="taken",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("due_on", models.DateField(null=True, verbose_name="期限")),
                (
                    "cancelled_why",
                    models.CharField(blank=True, max_length=200, verbose_name="不再检测的原因"),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.agency",
                        verbose_name="单位",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="抽样人",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="inspections.visit",
                        verbose_name="检查",
                    ),
                ),
                (
                    "visit_matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="inspections.visitmatter",
                        verbose_name="检查事项",
                    ),
                ),
            ],
            options={
                "verbose_name": "样品",
                "verbose_name_plural": "样品",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SampleHandover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="次序")),
                ("giver", models.CharField(max_length=100, verbose_name="移交人")),
                ("receiver", models.CharField(max_length=100, verbose_name="接收人")),
                (
                    "receiver_kind",
                    models.CharField(
                        choices=[
                            ("officer", "检查人员"),
                            ("store", "样品保管处"),
                            ("carrier", "运送单位"),
                            ("lab", "检验检测机构"),
                            ("party", "退还当事人"),
                            ("destroyed", "按规定处理"),
                        ],
                        max_length=10,
                        verbose_name="接收方",
                    ),
                ),
                ("is_seal_whole", models.BooleanField(verbose_name="封条完好")),
                ("condition", models.CharField(max_length=200, verbose_name="样品状况")),
                ("happened_at", models.DateTimeField(verbose_name="交接时间")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="登记时间",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to="inspections.sample",
                        verbose_name="样品",
                    ),
                ),
            ],
            options={
                "verbose_name": "样品交接",
                "verbose_name_plural": "样品交接",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="SampleResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="次序")),
                ("laboratory", models.CharField(max_length=100, verbose_name="检验检测机构")),
                ("report_number", models.CharField(max_length=100, verbose_name="报告编号")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("pass", "合格（符合）"),
                            ("fail", "不合格（不符合）"),
                            ("open", "不作判定，仅提供数据"),
                        ],
                        max_length=4,
                        verbose_name="结论",
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="结果摘要")),
                ("reported_on", models.DateField(verbose_name="报告日期")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="登记时间",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.storedfile",
                        verbose_name="检测报告",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="inspections.sample",
                        verbose_name="样品",
                    ),
                ),
            ],
            options={
                "verbose_name": "样品检测结果",
                "verbose_name_plural": "样品检测结果",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="SiteNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bureau.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="检查情况")),
                ("place", models.CharField(blank=True, max_length=300, verbose_name="检查地点")),
                (
                    "party",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="现场负责人姓名及职务"
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(default=0, verbose_name="版本")),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="修改时间",
                    ),
                ),
                ("content", models.JSONField(null=True, verbose_name="固定的内容")),
                (
                    "digest",
                    models.CharField(blank=True, max_length=64, verbose_name="固定内容指纹"),
                ),
                (
                    "signed",
                    models.CharField(
                        blank=True,
                        choices=[("signed", "已签字"), ("refused", "拒绝签字")],
                        max_length=8,
                        verbose_name="当事人签字",
                    ),
                ),
                ("frozen_at", models.DateTimeField(null=True, verbose_name="固定时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.agency",
                        verbose_name="单位",
                    ),
                ),
                (
                    "frozen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="固定人",
                    ),
                ),
                (
                    "recorder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="记录人",
                    ),
                ),
                (
                    "visit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="site_note",
                        to="inspections.visit",
                        verbose_name="检查",
                    ),
                ),
            ],
            options={
                "verbose_name": "现场检查笔录",
                "verbose_name_plural": "现场检查笔录",
            },
        ),
        migrations.CreateModel(
            name="SiteNoteRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("text", models.TextField(blank=True, verbose_name="检查情况")),
                ("place", models.CharField(blank=True, max_length=300, verbose_name="检查地点")),
                (
                    "party",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="现场负责人姓名及职务"
                    ),
                ),
                ("happened_at", models.DateTimeField(verbose_name="填写时间")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="登记时间",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="记录人",
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="inspections.sitenote",
                    ),
                ),
            ],
            options={
                "verbose_name": "笔录版本",
                "verbose_name_plural": "笔录版本",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="UploadPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("offset", models.PositiveBigIntegerField(verbose_name="位置")),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("path", models.CharField(max_length=200, verbose_name="存放路径")),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="inspections.largeupload",
                    ),
                ),
            ],
            options={
                "verbose_name": "上传片段",
                "verbose_name_plural": "上传片段",
                "ordering": ["offset"],
            },
        ),
        migrations.CreateModel(
            name="Conclusion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=bureau.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("third_party", "委托第三方"),
                            ("department", "其他部门检查结论"),
                            ("court", "司法文书"),
                            ("opinion", "专业意见"),
                        ],
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("issuer", models.CharField(max_length=100, verbose_name="出具单位或人员")),
                ("service", models.CharField(blank=True, max_length=200, verbose_name="委托事项")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="应出具日期")),
                (
                    "document_number",
                    models.CharField(blank=True, max_length=100, verbose_name="文号"),
                ),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="出具日期")),
                ("text", models.TextField(blank=True, verbose_name="结论")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("entrusted", "已委托，待出具"),
                            ("delivered", "已采用"),
                            ("withdrawn", "不再采用"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "withdrawn_why",
                    models.CharField(blank=True, max_length=200, verbose_name="不再采用的原因"),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="登记时间",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.agency",
                        verbose_name="单位",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bureau.storedfile",
                        verbose_name="文书",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.inspector",
                        verbose_name="监督人员",
                    ),
                ),
                (
                    "visit_matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conclusions",
                        to="inspections.visitmatter",
                        verbose_name="检查事项",
                    ),
                ),
            ],
            options={
                "verbose_name": "采用的结论",
                "verbose_name_plural": "采用的结论",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "entrusted")),
                        fields=["authority", "due_on"],
                        name="conclusion_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", "third_party"), _negated=True),
                            models.Q(
                                ("supervisor__isnull", False),
                                models.Q(("service", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="conclusion_supervised",
                        violation_error_message="委托第三方须写明委托事项和监督人员。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "delivered"), _negated=True),
                            models.Q(
                                models.Q(("text", ""), _negated=True),
                                ("issued_on__isnull", False),
                                ("file__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="conclusion_whole",
                        violation_error_message="采用结论须有文书、出具日期和结论内容。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), _negated=True),
                            models.Q(("withdrawn_why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="conclusion_withdrawn_why",
                        violation_error_message="不再采用须写明原因。",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="largeupload",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["last_at"], name="large_upload_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="largeupload",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["open", "whole", "done"])),
                fields=("visit", "fingerprint"),
                name="large_upload_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="largeupload",
            constraint=models.CheckConstraint(
                condition=models.Q(("received__lte", models.F("size"))),
                name="large_upload_not_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="largeupload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["whole", "done"]), _negated=True),
                    ("received", models.F("size")),
                    _connector="OR",
                ),
                name="large_upload_done_is_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(
                condition=models.Q(("state__in", ["taken", "at_lab"])),
                fields=["authority", "due_on"],
                name="sample_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_party_present", True),
                    models.Q(("witness", ""), _negated=True),
                    _connector="OR",
                ),
                name="sample_witnessed",
                violation_error_message="当事人不在场的，须写明见证人。",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "cancelled"), _negated=True),
                    models.Q(("cancelled_why", ""), _negated=True),
                    _connector="OR",
                ),
                name="sample_cancelled_why",
                violation_error_message="不再检测须写明原因。",
            ),
        ),
        migrations.AddConstraint(
            model_name="samplehandover",
            constraint=models.UniqueConstraint(
                fields=("sample", "number"), name="sample_handover_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sampleresult",
            constraint=models.UniqueConstraint(
                fields=("sample", "number"), name="sample_result_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sitenote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("content__isnull", True), ("frozen_at__isnull", True), ("signed", "")
                    ),
                    models.Q(
                        ("content__isnull", False),
                        ("frozen_at__isnull", False),
                        ("frozen_by__isnull", False),
                        models.Q(("signed", ""), _negated=True),
                        models.Q(("digest", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="site_note_frozen_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitenoterevision",
            constraint=models.UniqueConstraint(
                fields=("note", "number"), name="site_note_revision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadpiece",
            constraint=models.UniqueConstraint(
                fields=("upload", "offset"), name="upload_piece_once"
            ),
        ),
        *append_only(
            "inspections_evidencecopy",
            "inspections_samplehandover",
            "inspections_sampleresult",
            "inspections_sitenoterevision",
        ),
    ]
