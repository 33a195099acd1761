"""Why something could not be sent."""


class DeliveryError(Exception):
    """A message did not get through.

    Attributes:
        detail: one sentence for an admin: the cause and the next step; never a password or a whole URL.
        may_pass: trying again later may help without a change of the settings.
    """

    def __init__(self, detail: str, *, may_pass: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.may_pass = may_pass
