"""The hall: the only place where rooms meet. `poll` brings a feed in, `publish` takes the archive out."""
