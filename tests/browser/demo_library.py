"""The demo archive's library: pictures of nobody's, with records of the last weeks.

Pictures come from the folder that MEDIADL_DEMO_PHOTOS names where it is there, else Pillow makes them.
"""

import hashlib
import os
import random
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from downloads import cube
from downloads.models import Download, MediaRoot, StoredFile, Tombstone
from downloads.thumbnails import thumbnail_path
from mediadl import clock

_NOON_EACH, _NOON_OF = 4, 96  # of the first, every fourth: 24 pictures, three rows of the gallery
_SOURCES = [
    ("instagram", "fastdl", "savanna.daily", "post"),
    ("tiktok", "yt-dlp", "wingbeat", "video"),
    ("forum", "forum", "PicturePub", "attachment"),
    ("instagram", "toolzu", "nightskies", "post"),
    ("instagram", "fastdl", "harvest.table", "story"),
    ("web", "direct", "archive.example", "image"),
]


def _photos() -> list[Path]:
    folder = Path(os.environ.get("MEDIADL_DEMO_PHOTOS", "/nonexistent"))
    return sorted(folder.glob("*.jpg")) if folder.is_dir() else []


def _made_picture(number: int) -> Image.Image:
    """A picture that nobody owns: shapes in colours of its own."""
    made = random.Random(number)
    width, height = made.choice([(1440, 1080), (1080, 1350), (1920, 1080), (1080, 1080), (900, 1600)])
    hue = made.randrange(256)
    image = Image.new("HSV", (width // 4, height // 4), (hue, 90, 190))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y, r = made.randrange(width // 4), made.randrange(height // 4), made.randrange(12, 90)
        draw.ellipse(
            (x - r, y - r, x + r, y + r), fill=((hue + made.randrange(-30, 90)) % 256, 130, made.randrange(90, 250))
        )
    return image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)


def _crops(number: int, photos: list[Path]) -> Image.Image:
    if not photos:
        return _made_picture(number)
    image = Image.open(photos[number % len(photos)]).convert("RGB")
    shapes = [(4, 3), (3, 4), (1, 1), (5, 4), (4, 5), (3, 2), (16, 10)]
    shape = shapes[number % len(shapes)]
    width = min(image.width, image.height * shape[0] // shape[1])
    return ImageOps.fit(image, (width, width * shape[1] // shape[0]))


class _Library:
    """Writes files, thumbnails, records and the cube's cells."""

    def __init__(self, root: Path) -> None:
        self.root = MediaRoot.objects.get_or_create(path=str(root))[0]
        self.folder = root
        self.photos = _photos()
        self.pool: list[tuple[str, int, int, int, str]] = []

    def fill_pool(self, pictures: int) -> None:
        for number in range(pictures):
            image = _crops(number, self.photos)
            path = self.folder / "demo" / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path, quality=86)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            small = thumbnail_path(digest)
            small.parent.mkdir(parents=True, exist_ok=True)
            image.thumbnail((320, 320))
            image.save(small, "JPEG", quality=80)
            self.pool.append((f"demo/{number}.jpg", image.width, image.height, path.stat().st_size, digest))
            with Image.open(path) as full:
                self.pool[-1] = (self.pool[-1][0], full.width, full.height, self.pool[-1][3], digest)

    def add(self, number: int, when: datetime) -> Download:
        platform, collection, source, content_type = _SOURCES[number * 7 % len(_SOURCES)]
        relative, width, height, size, digest = self.pool[number % len(self.pool)]
        failed = number % 29 == 11
        video = content_type == "video" and not failed
        file = None
        if not failed:
            file = StoredFile.objects.get_or_create(
                root=self.root, path=relative, defaults={"sha256": digest, "size": size, "created_at": when}
            )[0]
        name = f"{source}_{when:%Y%m%d_%H%M%S}_{3141592653 + number}.{'mp4' if video else 'jpg'}"
        if number % 17 == 4:
            name = f"A-walk-through-the-old-town-on-a-winter-morning-with-fresh-snow-on-the-roofs-{88213 + number}.jpg"
        return Download(
            url=f"https://{source}.example/p/{number}/",
            url_hash=hashlib.sha256(str(number).encode()).hexdigest(),
            platform=platform,
            downloader=collection,
            collection=collection,
            source=source,
            content_type=content_type,
            media_type="" if failed else "video" if video else "image",
            media_id=f"m{number}",
            filename=None if failed else name,
            file=file,
            file_size=0 if failed else size,
            file_hash="" if failed else digest,
            width=None if failed else width,
            height=None if failed else height,
            duration_seconds=24 + number % 60 if video else None,
            post_date=when - timedelta(hours=5),
            download_date=when,
            status="failed" if failed else "completed",
            error_code="HTTP_404" if failed else "",
            error="The site answered 404: its owner removed it." if failed else "",
            upgraded=number % 9 == 0 and not failed,
            kept=number % 13 == 1,
            has_thumbnail=not failed,
            metadata={"caption": "A new print for the study. The swirl above the village still does it for me."},
        )


def add_downloads(count: int, root: Path) -> None:
    """``count`` records of the last weeks, most of them lately; some rows of yesterday's noon, whatever the hour."""
    library = _Library(root)
    library.fill_pool(min(24, count))
    now = clock.now()
    noon = now.replace(hour=12, minute=0) - timedelta(days=1)
    rows = []
    for number in range(count):
        back = timedelta(minutes=7) + timedelta(days=29 * (number / max(1, count)) ** 1.4, minutes=number % 50)
        when = noon - timedelta(minutes=number) if number % _NOON_EACH == 0 and number < _NOON_OF else now - back
        rows.append(library.add(number, when))
    Download.objects.bulk_create(rows)
    cube.repair()
    Tombstone.objects.bulk_create(
        Tombstone(
            platform="web",
            media_id=f"t{n}",
            url=f"https://archive.example/{n}.jpg",
            source="archive.example",
            deleted_at=now,
        )
        for n in range(3)
    )
