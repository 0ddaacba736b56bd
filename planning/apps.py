from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "planning"
    verbose_name = "计划与摇号"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from planning import jobs  # noqa: F401  registers its kinds of work with web and worker alike
        from planning.rules import forms_planning  # noqa: F401  its forms' wording
        from planning.selectors import sealed  # noqa: F401  hides what is not public yet
        from planning.services import plan_import  # noqa: F401  takes plans from Excel
