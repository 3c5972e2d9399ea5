"""The running process: scheduler, publisher and web server together, from start to graceful stop."""
