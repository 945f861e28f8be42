# docker build -t atlasbahamas .
# docker run -p 6543:6543 -e ATLAS_ATLAS__SECRET=... -e ATLAS_SQLALCHEMY__URL=... atlasbahamas
# The addresses of the database and of Redis, and every secret, come from the environment; trusted_proxy has to name the proxy as
# the container sees it, so give the container an INI file of your own over /opt/atlasbahamas/production.ini.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim-bookworm AS build
COPY . /source
RUN /source/deploy/install.sh /source /opt/atlasbahamas
# The loopback interface of a container is reached by nobody else.
RUN sed -i 's/^listen = .*/listen = 0.0.0.0:6543/' /opt/atlasbahamas/production.ini

FROM python:${PYTHON}-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/atlasbahamas atlas
COPY --from=build /opt/atlasbahamas /opt/atlasbahamas
ENV PATH=/opt/atlasbahamas/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /opt/atlasbahamas
USER atlas
EXPOSE 6543
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:6543/health/live', timeout=4)"]
CMD ["pserve", "production.ini"]
