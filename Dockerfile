# Two stages: build an environment from the lock file, then copy it into a small image that runs as nobody special.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/aggregator
COPY requirements.lock ./
RUN /opt/aggregator/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY aggregator ./aggregator
RUN /opt/aggregator/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /srv/aggregator --create-home aggregator \
 && mkdir -p /srv/aggregator/data /srv/aggregator/config \
 && chown aggregator:aggregator /srv/aggregator/data
COPY --from=build /opt/aggregator /opt/aggregator
COPY config /srv/aggregator/config
ENV PATH=/opt/aggregator/bin:$PATH PYTHONUNBUFFERED=1 AGGREGATOR_CONFIG=/srv/aggregator/config/aggregator.toml
WORKDIR /srv/aggregator
USER aggregator
VOLUME /srv/aggregator/data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["aggregator"]
CMD ["serve", "--host", "0.0.0.0"]
