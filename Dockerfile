# One image for staff site, public site, worker and beat; SITE and the command tell them apart.
# Runs on x86-64 and aarch64: the embedded servers' wheels stay outside.
FROM python:3.11-slim-bookworm AS build
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir -r /tmp/requirements.txt

# The 仿宋 of official documents; one file of a large package (GPL with font exception).
FROM debian:bookworm-slim AS fonts
RUN apt-get update && cd /tmp && apt-get download texlive-lang-chinese \
    && mkdir -p /fonts \
    && for font in FandolFang FandolKai; do \
         dpkg-deb --fsys-tarfile texlive-lang-chinese_*.deb \
           | tar -xO ./usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/$font-Regular.otf \
           > /fonts/$font-Regular.otf || exit 1; \
       done

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
         libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 ssj \
    && install -d -o ssj -g ssj /srv/files /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    TZ=Asia/Shanghai MEDIA_ROOT=/srv/files FONT_DIR=/opt/fonts
COPY --from=build /opt/venv /opt/venv
COPY --from=fonts /fonts /opt/fonts
WORKDIR /app
COPY . /app
# Collecting needs settings, not servers: these values exist only during this step.
RUN DATABASE_URL=postgres://none@none/none REDIS_URL=redis://none SECRET_KEY=only-while-building \
    ALLOWED_HOSTS=none python manage.py collectstatic --noinput --verbosity 0
USER ssj
VOLUME /srv/files
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "scripts/container_health.py", "web"]
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", \
     "--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--worker-tmp-dir", "/dev/shm"]
