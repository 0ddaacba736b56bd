"""The trail is insert-only, for every role."""

from django.db import migrations

from bureau.db import FUNCTION, append_only


class Migration(migrations.Migration):
    dependencies = [("bureau", "0001_initial")]
    operations = [
        FUNCTION,
        *append_only("bureau_auditevent", "bureau_auditseal", "bureau_checkpoint"),
    ]
