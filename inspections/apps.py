from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "inspections"
    verbose_name = "检查"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # What a void team draw leads to is registered with planning; jobs with their runner.
        from inspections import jobs  # noqa: F401
        from inspections.rules import (  # noqa: F401  its forms' wording
            forms_before,
            forms_letters,
            forms_papers,
            forms_sample,
            forms_site_note,
            forms_transfer,
        )
        from inspections.selectors import sealed  # noqa: F401  hides what is not public yet
        from inspections.services import teams  # noqa: F401
