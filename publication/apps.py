from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "publication"
    verbose_name = "公示"
    default_auto_field = "django.db.models.BigAutoField"
