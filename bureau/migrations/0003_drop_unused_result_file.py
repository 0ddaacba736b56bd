"""No job ever wrote a result file: what a job made is a StoredFile or stands in its result."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bureau", "0002_append_only")]
    operations = [migrations.RemoveField(model_name="job", name="result_file")]
