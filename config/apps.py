from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Commands and pages that compose the apps (seed_demo, 工作台)."""

    name = "config"
    label = "site_config"
    verbose_name = "平台"
