"""Which of Apprise's services may be used: those that only make HTTP requests.

Left out is whatever runs programs, opens files, speaks to the desktop or the system's log, or uses
another protocol: the guarding proxy could not look at it. E-mail has a channel of its own.
"""

_NAMES = """
    46elks apprise apprises bale bark barks betterstack bluesky bsky brevo bulksms bulkvs burstsms chanify
    clickatell clicksend cliq d7sms dingtalk discord emby embys enigma2 enigma2s feishu firehydrant flock form forms
    freemobile gchat github goalert goalerts gotify gotifys groupme guilded hassio hassios httpsms humhub humhubs
    ifttt ilert incidentio infobip jellyfin jellyfins jira join json jsons kavenegar kodi kodis kook kumulos lametric
    lametrics lark line mailersend mailgun mastodon mastodons matrix matrixs misskey misskeys mmost mmosts msg91
    msgbird ncloud nclouds nctalk nctalks nexmo notica noticas notifiarr notifico ntfy ntfys octopush onesignal
    opsgenie pagerduty pagertree pbul plivo postmark pover prowl psafer psafers push pushdeer pushdeers pushed pushme
    pushplus pushy qq reddit resend revolt rocket rockets ryver schan sendgrid seven sfr signal signals signl4
    simplepush sinch slack smseagle smseagles smtp2go sns sparkpost spike splunk spush squadcast strmlabs synology
    synologys telnyx tgram threema toot toots twilio twist twitter voipms vonage webex wecombot whatsapp wpush
    wxpusher wxteams xbmc xbmcs xml xmls zoom zulip
"""
ALLOWED_SCHEMAS = frozenset(_NAMES.split())
# Options of an address that make some service read a file of this machine.
REFUSED_OPTIONS = frozenset({"template", "keyfile", "attach", "attachment", "attach-as", "config", "path"})


def schema_of(address: str) -> str:
    """The word before ``://`` in small letters; the rest of an address is mostly its secret."""
    return address.partition("://")[0].strip().lower() if "://" in address else ""
