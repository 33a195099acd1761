"""Files beside the media that say what they are, for other programs: JSON, or XMP for Immich, digiKam and others."""
