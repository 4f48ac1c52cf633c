#include "test/bench/gemm/gemm_libraries.h"

#include <memory>
#include <unordered_map>

#if defined(NNGC_HAS_OPENBLAS)
#include <cblas.h>
#endif
#if defined(NNGC_HAS_DNNL)
#include <oneapi/dnnl/dnnl.hpp>
#endif
#if defined(NNGC_HAS_XSMM)
#include <libxsmm.h>
#endif

namespace nngc::bench {

std::vector<Library> libraries([[maybe_unused]] const Product& p) {
  std::vector<Library> list;
#if defined(NNGC_HAS_OPENBLAS)
  openblas_set_num_threads(1);
  list.push_back({"OpenBLAS", [p] {
                    const auto m = static_cast<blasint>(p.m), n = static_cast<blasint>(p.n),
                               k = static_cast<blasint>(p.k);
                    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, p.a, k, p.b,
                                n, 0, p.c, n);
                  }});
#endif
#if defined(NNGC_HAS_DNNL)
  list.push_back({"oneDNN sgemm", [p] {
                    dnnl_sgemm('N', 'N', p.m, p.n, p.k, 1, p.a, p.k, p.b, p.n, 0, p.c, p.n);
                  }});
  {
    using namespace dnnl;
    const engine cpu(engine::kind::cpu, 0);
    const auto plain = memory::format_tag::ab;
    const auto f32 = memory::data_type::f32;
    const memory::desc a({p.m, p.k}, f32, plain), b({p.k, p.n}, f32, plain),
        c({p.m, p.n}, f32, plain);
    const matmul product(matmul::primitive_desc(matmul::desc(a, b, c), cpu));
    const std::unordered_map<int, memory> arguments = {
        {DNNL_ARG_SRC, memory(a, cpu, const_cast<float*>(p.a))},
        {DNNL_ARG_WEIGHTS, memory(b, cpu, const_cast<float*>(p.b))},
        {DNNL_ARG_DST, memory(c, cpu, p.c)}};
    list.push_back({"oneDNN matmul", [product, arguments, queue = stream(cpu)]() mutable {
                      product.execute(queue, arguments);
                      queue.wait();
                    }});
  }
#endif
#if defined(NNGC_HAS_XSMM)
  // Column-major, so the operands change places. The kernel does no blocking: beyond what it was
  // made for there is none.
  const auto m = static_cast<libxsmm_blasint>(p.m), n = static_cast<libxsmm_blasint>(p.n),
             k = static_cast<libxsmm_blasint>(p.k);
  const float one = 1, zero = 0;
  const int flags = 0;
  if (const auto kernel = libxsmm_smmdispatch(n, m, k, &n, &k, &n, &one, &zero, &flags, nullptr))
    list.push_back({"libxsmm", [kernel, p] { kernel(p.b, p.a, p.c); }});
#endif
  return list;
}

} // namespace nngc::bench
