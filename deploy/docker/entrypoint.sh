#!/bin/sh
# One image, several roles: the first word says which. Anything else is run as it is.
# The commands are those of the Procfile; tests hold the two together.
set -eu

wait_for_the_database() {
    tries=0
    until python manage.py check --database default >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -ge 30 ]; then
            python manage.py check --database default
            exit 1
        fi
        sleep 2
    done
}

role="${1:-web}"
case "$role" in
web)
    exec granian --interface wsgi --no-ws --http 1 --host 0.0.0.0 --port "${PORT:-8000}" \
        --workers "${WEB_CONCURRENCY:-2}" --blocking-threads "${WEB_THREADS:-8}" \
        --backlog 1024 --backpressure 64 --http1-header-read-timeout 10000 \
        --workers-kill-timeout 15 --respawn-failed-workers --respawn-interval 5 \
        --no-access-log config.wsgi:application
    ;;
realtime)
    exec python manage.py serve_feed --host 0.0.0.0 --port "${PORT:-8001}"
    ;;
worker)
    if [ -n "${CELERY_BROKER_URL:-}" ]; then
        exec celery -A config worker --loglevel WARNING --concurrency "${JOB_THREADS:-2}"
    fi
    exec python manage.py run_jobs --threads "${JOB_THREADS:-2}"
    ;;
beat)
    exec celery -A config beat --loglevel WARNING --pidfile=
    ;;
release)
    wait_for_the_database
    exec python manage.py migrate --noinput
    ;;
wait)
    wait_for_the_database
    shift
    exec "$@"
    ;;
*)
    exec "$@"
    ;;
esac
