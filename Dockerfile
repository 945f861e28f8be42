# The product, as docker-compose.yml runs it; secrets and addresses come from the environment.
#   docker build -t atlasbahamas .                          --build-arg EXTRAS=s3 for files in S3
#   docker run --rm --read-only atlasbahamas atlas --help
ARG PYTHON=3.12.11

FROM python:${PYTHON}-slim-bookworm AS build
ARG EXTRAS=
COPY . /source
RUN EXTRAS=${EXTRAS} /source/deploy/install.sh /source /opt/atlasbahamas

FROM python:${PYTHON}-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/atlasbahamas atlas
# A new volume takes its owner from here.
RUN install -d -o atlas /var/lib/atlasbahamas/files
COPY --from=build /opt/atlasbahamas /opt/atlasbahamas
ENV PATH=/opt/atlasbahamas/venv/bin:$PATH ATLAS_INI=/opt/atlasbahamas/production.ini PYTHONUNBUFFERED=1
WORKDIR /opt/atlasbahamas
USER atlas
EXPOSE 6543
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:6543/health/live', timeout=4)"]
# In a container the loopback interface is reached by nobody else; nothing but nginx reaches this network.
CMD ["atlas", "web", "--listen", "0.0.0.0:6543"]
