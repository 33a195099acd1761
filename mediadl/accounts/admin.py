"""Operators see users, sessions, tokens and the audit trail; changes go through the API's services."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from mediadl.accounts import services
from mediadl.accounts.models import ApiToken, AuditEntry, Session, User
from mediadl.api.errors import ApiError
from mediadl.clock import now

admin.site.unregister(Group)  # roles, not groups, say what somebody may do

_EDITABLE = ["username", "email", "role", "is_active"]


class _SeenOnly(admin.ModelAdmin):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody adds a row here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody edits a row here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody removes a row here."""
        return False


class UserForm(forms.ModelForm):
    """A user's fields; a password is set, never shown."""

    new_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave empty to keep the present one.",
    )

    class Meta:
        model = User
        fields = _EDITABLE

    def clean(self) -> dict[str, Any]:
        """Save through the services here, where an error can still be shown beside its field."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        fields = {name: cleaned[name] for name in _EDITABLE}
        if cleaned.get("new_password") or not self.instance.pk:
            fields["password"] = cleaned.get("new_password", "")
        try:
            if self.instance.pk:
                saved = services.update_user(self.instance.pk, fields, by=self.acting_user)
            else:
                saved = services.create_user(**fields, by=self.acting_user)
        except ApiError as error:
            raise ValidationError(_messages(error)) from None
        self.instance.pk, self.instance.password = saved.pk, saved.password
        self.instance._state.adding = False
        return cleaned

    acting_user: User | None = None


def _messages(error: ApiError) -> list[str]:
    return [message for messages in error.field_errors.values() for message in messages] or [error.detail]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Who may sign in."""

    form = UserForm
    list_display = ["username", "email", "role", "is_active", "last_login", "created_at"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "email"]
    readonly_fields = ["last_login", "created_at"]
    actions = ["end_sessions"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002
        """The form, which knows who is acting."""
        form = super().get_form(request, obj, change=change, **options)
        return type("BoundUserForm", (form,), {"acting_user": request.user})

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        """Nothing: the form saved through the services."""

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Remove one user, unless they are the last admin."""
        self._delete(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Remove the chosen users, but for the last admin."""
        for user in queryset:
            self._delete(request, user)

    def _delete(self, request: HttpRequest, user: User) -> None:
        try:
            services.delete_user(user.pk, by=cast("User", request.user))
        except ApiError as error:
            self.message_user(request, f"{user}: {error.detail}", messages.ERROR)

    @admin.action(description="End all sessions", permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Sign the chosen users out everywhere."""
        ended = sum(services.revoke_sessions_of(user) for user in queryset)
        services.audit(request.user, "auth.end_sessions", "", {"sessions": ended})
        self.message_user(request, f"{ended} sessions ended.", messages.SUCCESS)


@admin.register(Session)
class SessionAdmin(_SeenOnly):
    """Who is signed in, from where, until when."""

    list_display = ["user", "kind", "created_at", "expires_at", "revoked_at", "address", "user_agent"]
    list_filter = ["kind", "created_at", "revoked_at"]
    search_fields = ["user__username", "address"]
    list_select_related = ["user"]
    actions = ["revoke"]

    @admin.action(description="Revoke", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet) -> None:
        """End the chosen sessions with their tokens and sockets."""
        ended = queryset.filter(revoked_at=None).update(revoked_at=now())
        services.audit(request.user, "auth.revoke", "", {"sessions": ended})
        self.message_user(request, f"{ended} sessions revoked.", messages.SUCCESS)


@admin.register(ApiToken)
class ApiTokenAdmin(_SeenOnly):
    """Personal tokens; their secrets are stored nowhere."""

    list_display = ["name", "user", "scope", "created_at", "expires_at", "last_used_at"]
    list_filter = ["scope", "created_at"]
    search_fields = ["name", "user__username"]
    list_select_related = ["user"]
    exclude = ["token_hash"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Admins may end any token."""
        return bool(getattr(request.user, "is_admin", False))


@admin.register(AuditEntry)
class AuditEntryAdmin(_SeenOnly):
    """Who did what, and when."""

    list_display = ["at", "username", "action", "target", "address"]
    list_filter = ["action", "at"]
    search_fields = ["username", "target", "action"]
    date_hierarchy = "at"
