"""The signed tokens: short access tokens and long refresh tokens, both bound to a session row.

HS256 and nothing else, with a key that signs nothing but these; a token's type is part of what is
signed, so one cannot stand in for the other.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import jwt
from django.conf import settings

from mediadl.api.errors import InvalidTokenError
from mediadl.clock import now

_ALGORITHM = "HS256"
_TOKEN_CHARACTERS_LIMIT = 2048


class TokenType(StrEnum):
    """What a token is for."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a valid token says."""

    session_id: UUID
    user_id: int
    expires_at: datetime


def issue(token_type: TokenType, *, session_id: UUID, user_id: int, lifetime: timedelta) -> str:
    """A signed token that ends after ``lifetime``."""
    issued = now()
    return jwt.encode(
        {
            "token_type": token_type.value,
            "sub": str(user_id),
            "sid": session_id.hex,
            "iat": int(issued.timestamp()),
            "exp": int((issued + lifetime).timestamp()),
        },
        settings.JWT_SIGNING_KEY,
        algorithm=_ALGORITHM,
    )


def read(token: str, token_type: TokenType) -> TokenClaims:
    """What ``token`` says, if it is ours, of this type and has not expired.

    Raises:
        InvalidTokenError: it is not.
    """
    if len(token) > _TOKEN_CHARACTERS_LIMIT:
        raise InvalidTokenError
    try:
        claims = jwt.decode(
            token,
            settings.JWT_SIGNING_KEY,
            algorithms=[_ALGORITHM],
            # Times are compared below, with the product's clock.
            options={"require": ["exp", "iat", "sub", "sid"], "verify_exp": False, "verify_iat": False},
        )
        read_claims = TokenClaims(
            session_id=UUID(hex=claims["sid"]),
            user_id=int(claims["sub"]),
            expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
        )
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        raise InvalidTokenError from None
    if claims.get("token_type") != token_type.value or read_claims.expires_at <= now():
        raise InvalidTokenError
    return read_claims
