/* Learns XOR with xor.o and xor.h alone: no library, no allocation, no thread but this one. */
#include <stdio.h>

#include "xor.h"

static float w1[XOR_TRAIN_W1_SIZE], b1[XOR_TRAIN_B1_SIZE], w2[XOR_TRAIN_W2_SIZE], b2[1];
static _Alignas(64) char workspace[XOR_TRAIN_WORKSPACE(4) + XOR_FORWARD_WORKSPACE(4)];

int main(void) {
  const float x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 0};
  float z[4], loss = 0;
  for (int i = 0; i < XOR_TRAIN_W1_SIZE; ++i) w1[i] = (float)(i * 7 % 11 - 5) / 5;
  for (int i = 0; i < XOR_TRAIN_W2_SIZE; ++i) w2[i] = (float)(i * 5 % 7 - 3) / 3;
  for (int i = 0; i < 300; ++i)
    if (xor_train(x, w1, b1, w2, b2, y, &loss, 4, workspace, NULL) != NNGC_OK) return 1;
  if (xor_forward(x, w1, b1, w2, b2, z, 4, workspace, NULL) != NNGC_OK) return 1;
  for (int i = 0; i < 4; ++i) printf("%g xor %g = %d\n", x[2 * i], x[2 * i + 1], z[i] > 0);
  return loss < 0.05 ? 0 : 1;
}
