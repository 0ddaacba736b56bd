
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bureau', '0004_document_wording'),
        ('inspections', '0017_entry_pause_glass'),
        ('registry', '0004_checklist_phrases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='conclusion',
            name='conclusion_supervised',
        ),
        migrations.RemoveConstraint(
            model_name='conclusion',
            name='conclusion_whole',
        ),
        migrations.AddField(
            model_name='conclusion',
            name='delivered_at',
            field=models.DateTimeField(null=True, verbose_name='登记结论的时间'),
        ),
        migrations.AddField(
            model_name='conclusion',
            name='delivered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记结论的人'),
        ),
        migrations.AddField(
            model_name='conclusion',
            name='service_kind',
            field=models.CharField(blank=True, choices=[('test', '检验检测'), ('audit', '审计'), ('capital', '验资'), ('appraisal', '评估'), ('other', '其他专业辅助')], max_length=10, verbose_name='委托种类'),
        ),
        migrations.AddConstraint(
            model_name='conclusion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', 'third_party'), _negated=True), models.Q(('supervisor__isnull', False), models.Q(('service', ''), _negated=True), models.Q(('service_kind', ''), _negated=True)), _connector='OR'), name='conclusion_supervised', violation_error_message='委托第三方须写明委托事项和监督人员。'),
        ),
        migrations.AddConstraint(
            model_name='conclusion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'delivered'), _negated=True), models.Q(models.Q(('text', ''), _negated=True), ('delivered_at__isnull', False), ('file__isnull', False), ('issued_on__isnull', False)), _connector='OR'), name='conclusion_whole', violation_error_message='采用结论须有文书、出具日期和结论内容。'),
        ),
    ]
