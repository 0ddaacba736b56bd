from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "planning"
    verbose_name = "计划与摇号"
    default_auto_field = "django.db.models.BigAutoField"
