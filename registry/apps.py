from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "一单两库"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from registry import jobs  # noqa: F401  registers its kinds of work with web and worker alike
        from registry.rules import forms_registry  # noqa: F401  its forms' wording
