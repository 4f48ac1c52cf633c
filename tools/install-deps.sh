#!/bin/sh
# Installs what nngc is built with, on Debian 12 or later: as root, or through sudo. Does nothing where
# everything is there already.
#
# usage: tools/install-deps.sh [--llvm N] [--check]
#   --llvm N   the major version of LLVM to install (default 19; 22 where your sources have it)
#   --check    install nothing; exit 1 and list what is missing
set -eu

llvm=19
check=no
while [ $# -gt 0 ]; do
  case $1 in
    --llvm)
      [ $# -ge 2 ] || { echo "install-deps.sh: --llvm needs a version" >&2; exit 2; }
      llvm=$2
      shift ;;
    --llvm=*) llvm=${1#--llvm=} ;;
    --check) check=yes ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "install-deps.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
  esac
  shift
done
case $llvm in
  '' | *[!0-9]*) echo "install-deps.sh: --llvm $llvm: expected a number such as 19" >&2; exit 2 ;;
esac

# The compiler and what it is built from; then what only the tests and the demonstration use. The
# formatting check wants clang-format 19 whatever LLVM is built with, and clang 19 has the libFuzzer
# (libclang-rt-19-dev) that the parser is tested with.
packages="g++ cmake ninja-build python3 llvm-$llvm-dev libboost-graph-dev libfmt-dev zlib1g-dev
  libzstd-dev libcli11-dev nlohmann-json3-dev
  git ccache catch2 libmpfr-dev clang-format-19 clang-19 libclang-rt-19-dev graphviz
  dataset-fashion-mnist"

missing=
for package in $packages; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "everything is installed"
  exit 0
fi
if [ $check = yes ]; then
  echo "missing:$missing"
  exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps.sh: run me as root, or install sudo" >&2; exit 1; }
  as_root="sudo"
fi
echo "installing:$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086 # a list of words on purpose
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
