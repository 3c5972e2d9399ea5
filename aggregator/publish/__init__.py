"""From items to files: editions, the three feed formats, OPML and pages. Only ``folder`` touches the disk."""
