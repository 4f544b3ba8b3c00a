# The pages. What happens by itself runs from the same image: docker run … flask --app wsgi scheduler
FROM python:3.11-slim

RUN useradd --system --uid 10001 --home-dir /srv/catch-up catch-up
WORKDIR /srv/catch-up

COPY .ci/uv.txt requirements.txt ./
RUN python -m venv .venv
RUN .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes -r uv.txt
RUN .venv/bin/uv pip sync --quiet --no-cache --compile-bytecode --python .venv/bin/python --require-hashes requirements.txt

COPY config.py wsgi.py ./
COPY migrations migrations
COPY templates templates
COPY catchup catchup
RUN mkdir -m 0700 instance && chown catch-up instance

ENV PATH=/srv/catch-up/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER catch-up
VOLUME /srv/catch-up/instance
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5000/health/live', timeout=4)"]
CMD ["gunicorn", "wsgi:app", "--config", "python:catchup.serving", "--workers", "2", "--bind", "0.0.0.0:5000", "--no-control-socket"]
