"""Web: hands out the published folder with correct caching, and tells the host how the service is."""

from aggregator.web.app import create_app
from aggregator.web.health import Health
from aggregator.web.limits import Limit

__all__ = ["Health", "Limit", "create_app"]
