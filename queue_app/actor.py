"""Who asks for a change: a signed-in user, nobody in particular, or the product itself (None)."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

Actor = AbstractBaseUser | AnonymousUser | None
