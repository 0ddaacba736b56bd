from django.apps import AppConfig


class BureauConfig(AppConfig):
    name = "bureau"
    verbose_name = "机构与权限"
    default_auto_field = "django.db.models.BigAutoField"
