#!/bin/sh
# Runs the commands of docs/tour.md and writes what they print into the page, and its pictures.
# usage: tools/dev/make_tour.sh [BUILD]     (default: build/release)
exec python3 "$(dirname "$0")/run_pages.py" --build "${1:-build/release}" --update "$(dirname "$0")/../../docs/tour.md"
