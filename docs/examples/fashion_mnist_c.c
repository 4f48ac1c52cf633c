/* Trains one epoch of the demo's network from the demo's start with nothing but mlp.o and mlp.h,
   then classifies the test set. Build: cc -std=c99 -I DIR fashion_mnist_c.c DIR/mlp.o -o
   fashion_mnist_c; run: fashion_mnist_c DIR */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mlp.h"

enum { BATCH = 128, PIXELS = 784, TRAIN = 60000, TEST = 10000, GROUP = 1000 };

static void* take(int64_t bytes) {
  char* p = calloc((size_t)bytes + 64, 1);
  if (p == NULL) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  return p + (64 - (uintptr_t)p % 64) % 64;
}

static FILE* open_in(const char* dir, const char* name, const char* mode) {
  char path[4096];
  FILE* file = NULL;
  if (snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path) file = fopen(path, mode);
  if (file == NULL) {
    perror(name);
    exit(1);
  }
  return file;
}

static uint8_t* load(const char* dir, const char* name, size_t bytes) {
  uint8_t* data = take((int64_t)bytes);
  FILE* file = open_in(dir, name, "rb");
  if (fread(data, 1, bytes, file) != bytes) {
    fprintf(stderr, "%s is too short\n", name);
    exit(1);
  }
  fclose(file);
  return data;
}

/* The order of the demo's batches: nngc::shuffled. */
static uint64_t splitmix64(uint64_t x) {
  uint64_t z = (x + 1) * UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static void shuffle(uint32_t* order, uint32_t count, uint64_t seed) {
  uint32_t i;
  for (i = 0; i < count; ++i) order[i] = i;
  for (i = count; i-- > 1;) {
    const uint32_t j = (uint32_t)(splitmix64((seed << 32) + i) % (i + 1)), saved = order[i];
    order[i] = order[j];
    order[j] = saved;
  }
}

enum { W1, B1, W2, B2, W3, B3, PARAMS };
static const int64_t size[PARAMS] = {MLP_TRAIN_W1_SIZE, MLP_TRAIN_B1_SIZE, MLP_TRAIN_W2_SIZE,
                                     MLP_TRAIN_B2_SIZE, MLP_TRAIN_W3_SIZE, MLP_TRAIN_B3_SIZE};

int main(int argc, char** argv) {
  float *p[PARAMS], *m[PARAMS], *v[PARAMS], step = 0, loss = 0;
  if (argc != 2) {
    fprintf(stderr, "usage: fashion_mnist_c DIR\n");
    return 2;
  }
  const char* dir = argv[1];
  const uint8_t* images = load(dir, "train-images.u8", (size_t)TRAIN * PIXELS);
  const uint8_t* labels = load(dir, "train-labels.u8", TRAIN);
  const uint8_t* test_images = load(dir, "test-images.u8", (size_t)TEST * PIXELS);
  const uint8_t* test_labels = load(dir, "test-labels.u8", TEST);

  FILE* file = open_in(dir, "start.f32", "rb");
  for (int k = 0; k < PARAMS; ++k) {
    p[k] = take(size[k] * 4);
    m[k] = take(size[k] * 4); /* zeros */
    v[k] = take(size[k] * 4);
    if (fread(p[k], 4, (size_t)size[k], file) != (size_t)size[k]) return 1;
  }
  fclose(file);

  uint8_t* batch_images = take(BATCH * PIXELS);
  uint8_t* batch_labels = take(BATCH);
  uint32_t* order = take(TRAIN * 4);
  void* workspace = take(MLP_TRAIN_WORKSPACE);
  shuffle(order, TRAIN, 1);
  for (int b = 0; b < TRAIN / BATCH; ++b) {
    for (int i = 0; i < BATCH; ++i) {
      const uint32_t row = order[b * BATCH + i];
      memcpy(batch_images + i * PIXELS, images + (size_t)row * PIXELS, PIXELS);
      batch_labels[i] = labels[row];
    }
    if (mlp_train(batch_images, p[W1], p[B1], p[W2], p[B2], p[W3], p[B3], batch_labels, &step,
                  m[W1], v[W1], m[B1], v[B1], m[W2], v[W2], m[B2], v[B2], m[W3], v[W3], m[B3],
                  v[B3], &loss, workspace, NULL) != NNGC_OK)
      return 1;
  }

  int right = 0;
  int32_t* classes = take(GROUP * 4);
  workspace = take(MLP_FORWARD_WORKSPACE(GROUP));
  for (int i = 0; i < TEST; i += GROUP) {
    if (mlp_forward(test_images + (size_t)i * PIXELS, p[W1], p[B1], p[W2], p[B2], p[W3], p[B3],
                    classes, GROUP, workspace, NULL) != NNGC_OK)
      return 1;
    for (int k = 0; k < GROUP; ++k) right += classes[k] == test_labels[i + k];
  }

  file = open_in(dir, "c-epoch1.f32", "wb");
  for (int k = 0; k < PARAMS; ++k)
    if (fwrite(p[k], 4, (size_t)size[k], file) != (size_t)size[k]) return 1;
  if (fclose(file) != 0) return 1;
  printf("test accuracy (C program, 1 epoch): %.4f\n", right / (double)TEST);
  return 0;
}
