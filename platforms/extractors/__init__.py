"""gallery-dl and yt-dlp: started as programs for every platform that they read, and kept up to date."""
