from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "publication"
    verbose_name = "公示"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # registers its deliverers with web and worker alike
        from publication import dossier_jobs, jobs  # noqa: F401
        from publication.rules import (  # noqa: F401  its forms' wording
            forms_correction,
            forms_hall,
            forms_objection,
        )
        from publication.selectors import (
            papers,  # noqa: F401  adds its documents to a visit's 文书
            precheck_facts,  # noqa: F401  adds its line to 预查比对
        )
