#!/bin/sh
# From a bare Debian 12 to a trained and shipped network: installs, builds, trains a perceptron on Fashion-MNIST in
# memory, then once more with a C program made of the emitted object and header alone, and compares the bits.
#   tools/demo.sh [OUT_DIR]        (default: build/demo; NNGC_DEMO_EPOCHS: epochs in memory)
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/demo}

tools/install-deps.sh
cmake --preset release
cmake --build --preset release --target nngc-demo

jit=$(build/release/bin/nngc-demo "$out" --epochs "${NNGC_DEMO_EPOCHS:-10}")
for name in graph gradient fused; do
  if command -v dot > /dev/null; then
    dot -Tsvg "$out/$name.dot" -o "$out/$name.svg"
  fi
done
echo "undefined symbols of mlp.o: $(nm -u "$out/mlp.o" | awk '{print $2}' | tr '\n' ' ')"
${CC:-cc} -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -I "$out" docs/examples/fashion_mnist_c.c "$out/mlp.o" \
  -o "$out/fashion_mnist_c"
c_program=$("$out/fashion_mnist_c" "$out")

echo "written to $out: graph, gradient, fused (.dot, .svg), mlp.o, mlp.h, fashion_mnist_c"
echo "$jit"
echo "$c_program"
if cmp -s "$out/jit-epoch1.f32" "$out/c-epoch1.f32"; then
  echo "parameters after 1 epoch: identical"
else
  echo "parameters after 1 epoch: different"
  exit 1
fi
