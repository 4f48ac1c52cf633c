/// Moved: the complex-step oracle is public now.
#pragma once

#include "nngc/eval.h"
