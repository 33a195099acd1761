"""What a sidecar file says."""

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from downloads.store_requests import StoredRow

MARK = "mediadl"  # near the beginning of each: only files that carry it are ever removed
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="mediadl">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"{attributes}>
{elements}  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def json_text(row: StoredRow, filename: str) -> str:
    """All that is known, under the API's words."""
    content: dict[str, Any] = {
        "written_by": MARK,
        "filename": filename,
        "url": row.url,
        "platform": row.platform,
        "downloader": row.downloader,
        "source": row.source,
        "content_type": row.content_type,
        "media_type": row.media_type,
        "media_id": row.media_id,
        "media_url": row.media_url,
        "post_date": row.post_date.isoformat() if row.post_date else None,
        "file_size": row.size,
        "file_hash": f"sha256:{row.sha256}",
        "width": row.width,
        "height": row.height,
        "duration_seconds": row.duration_seconds,
        "metadata": row.metadata,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def xmp_text(row: StoredRow, _filename: str) -> str:
    """Date, description, author, source and tags where photo libraries look for them."""
    attributes = {"dc:source": row.url, "photoshop:Source": row.url, "photoshop:Credit": row.source}
    if row.post_date:
        moment = row.post_date.isoformat()
        attributes |= dict.fromkeys(("exif:DateTimeOriginal", "xmp:CreateDate", "photoshop:DateCreated"), moment)
    caption = _xml(str(row.metadata.get("caption") or row.metadata.get("title") or ""))
    author = _xml(str(row.metadata.get("author") or row.source))
    elements = _list("dc:creator", "Seq", [author]) + _list("dc:subject", "Bag", [row.platform, _xml(row.source)])
    if caption:
        text = f'    <rdf:li xml:lang="x-default">{escape(caption)}</rdf:li>\n'
        elements += f"   <dc:description><rdf:Alt>\n{text}   </rdf:Alt></dc:description>\n"
    words = "".join(f"\n    {name}={quoteattr(_xml(value))}" for name, value in attributes.items())
    return _XMP.format(attributes=words, elements=elements)


def _list(name: str, kind: str, values: list[str]) -> str:
    lines = "".join(f"    <rdf:li>{escape(value)}</rdf:li>\n" for value in values)
    return f"   <{name}><rdf:{kind}>\n{lines}   </rdf:{kind}></{name}>\n"


def _xml(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or (ord(char) >= 32 and char not in "\ufffe\uffff"))
