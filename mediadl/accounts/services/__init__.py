"""What other rooms ask of accounts: who somebody is, sessions, users, and the audit trail."""

from mediadl.accounts.services.audit import audit
from mediadl.accounts.services.browser import (
    browser_claims,
    change_browser_password,
    claims_of_cookie,
    sign_in_browser,
    sign_out_browser,
)
from mediadl.accounts.services.personal_tokens import create_api_token, delete_api_token, verify_api_token
from mediadl.accounts.services.sessions import (
    AccessClaims,
    logout,
    refresh,
    revoke_sessions_of,
    roles_of_live_sessions,
    verify_access_token,
)
from mediadl.accounts.services.signing_in import SignIn, authenticate, change_password
from mediadl.accounts.services.tickets import TICKET_SECONDS, create_ws_ticket, use_ws_ticket
from mediadl.accounts.services.users import create_user, delete_user, ensure_first_admin, get_user, update_user

__all__ = [
    "TICKET_SECONDS",
    "AccessClaims",
    "SignIn",
    "audit",
    "authenticate",
    "browser_claims",
    "change_browser_password",
    "change_password",
    "claims_of_cookie",
    "create_api_token",
    "create_user",
    "create_ws_ticket",
    "delete_api_token",
    "delete_user",
    "ensure_first_admin",
    "get_user",
    "logout",
    "refresh",
    "revoke_sessions_of",
    "roles_of_live_sessions",
    "sign_in_browser",
    "sign_out_browser",
    "update_user",
    "use_ws_ticket",
    "verify_access_token",
    "verify_api_token",
]
