/// The workloads by family, one file each.
#pragma once

#include "test/bench/peer/workloads.h"

namespace nngc::bench {

[[nodiscard]] Workload scan_grad();
[[nodiscard]] Workload lstm_train();
[[nodiscard]] Workload word2vec();
[[nodiscard]] Workload forces();
[[nodiscard]] Workload gpt_train();
[[nodiscard]] Workload encoder_infer();

} // namespace nngc::bench
