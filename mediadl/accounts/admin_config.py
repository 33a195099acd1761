"""Installs this product's admin site in place of Django's own."""

from django.contrib.admin.apps import AdminConfig


class ProductAdminConfig(AdminConfig):
    """Named in ``INSTALLED_APPS``; the site itself is loaded when the models are."""

    default_site = "mediadl.accounts.admin_site.ProductAdminSite"
