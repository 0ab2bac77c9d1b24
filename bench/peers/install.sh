#!/bin/sh
# Installs what `npm run bench peers` compares with. On Debian, as root: wrk, Django, memcached, gunicorn and Redis from its
# packages (nothing is started), and Fastify with ioredis from npm in a folder under /tmp. Nothing of it is used elsewhere.
set -e
apt-get install -y --no-install-recommends wrk python3-django python3-pymemcache gunicorn memcached redis-server
npm install --prefix "${TMPDIR:-/tmp}/tracker-bench-peers" --no-audit --no-fund --no-save fastify@5.12.8 ioredis@5.8.2
