#include "test/bench/conv/conv_libraries.h"

#include <algorithm>

#if defined(NNGC_HAS_DNNL)
#include <oneapi/dnnl/dnnl.hpp>
#endif

namespace nngc::bench {

#if defined(NNGC_HAS_DNNL)
namespace {

using namespace dnnl;

struct Descs {
  memory::desc x, w, y;
};

// The arrays as users have them, or as the library would like them best.
Descs descs(const Layer& c, bool plain) {
  const auto tag = [&](memory::format_tag users) {
    return plain ? users : memory::format_tag::any;
  };
  const auto f32 = memory::data_type::f32;
  const bool grouped = c.groups != 1;
  const memory::dims weights =
      grouped ? memory::dims{c.groups, c.out / c.groups, c.in / c.groups, c.size, c.size}
              : memory::dims{c.out, c.in, c.size, c.size};
  return {{{c.batch, c.in, c.extent, c.extent}, f32, tag(memory::format_tag::nhwc)},
          {weights, f32, tag(grouped ? memory::format_tag::hwigo : memory::format_tag::hwio)},
          {{c.batch, c.out, c.out_extent(), c.out_extent()}, f32, tag(memory::format_tag::nhwc)}};
}

struct Move {
  Move(memory from, memory to)
      : from(std::move(from)), to(std::move(to)), work(this->from, this->to) {}
  void run(stream& queue) { work.execute(queue, from, to); }

  memory from, to;
  reorder work;
};

// A primitive, what it reads and writes, and the way there and back.
struct Call {
  primitive work;
  std::unordered_map<int, memory> arguments;
  std::vector<Move> before, after;
};

Call prepare(const engine& cpu, const Layer& c, Road road, const ConvArrays& arrays) {
  const Descs own = descs(c, false), users = descs(c, true);
  const std::int64_t padding =
      std::max<std::int64_t>((c.out_extent() - 1) * c.stride + c.size - c.extent, 0);
  const memory::dims strides{c.stride, c.stride}, low{padding / 2, padding / 2},
      high{padding - padding / 2, padding - padding / 2};
  const auto direct = algorithm::convolution_direct;
  const convolution_forward::primitive_desc forward(
      {prop_kind::forward_training, direct, own.x, own.w, own.y, strides, low, high}, cpu);

  Call call;
  const auto operand = [&](int index, const memory::desc& wanted, const memory::desc& have,
                           float* data, bool written) {
    const memory theirs(have, cpu, data);
    const memory here = wanted == have ? theirs : memory(wanted, cpu);
    call.arguments.emplace(index, here);
    if (here == theirs) return;
    if (written)
      call.after.emplace_back(here, theirs);
    else
      call.before.emplace_back(theirs, here);
  };
  if (road == Road::Forward) {
    call.work = convolution_forward(forward);
    operand(DNNL_ARG_SRC, forward.src_desc(), users.x, arrays.x, false);
    operand(DNNL_ARG_WEIGHTS, forward.weights_desc(), users.w, arrays.w, false);
    operand(DNNL_ARG_DST, forward.dst_desc(), users.y, arrays.y, true);
  } else if (road == Road::ToData) {
    const convolution_backward_data::primitive_desc backward(
        {direct, own.x, own.w, own.y, strides, low, high}, cpu, forward);
    call.work = convolution_backward_data(backward);
    operand(DNNL_ARG_DIFF_SRC, backward.diff_src_desc(), users.x, arrays.x, true);
    operand(DNNL_ARG_WEIGHTS, backward.weights_desc(), users.w, arrays.w, false);
    operand(DNNL_ARG_DIFF_DST, backward.diff_dst_desc(), users.y, arrays.y, false);
  } else {
    const convolution_backward_weights::primitive_desc backward(
        {direct, own.x, own.w, own.y, strides, low, high}, cpu, forward);
    call.work = convolution_backward_weights(backward);
    operand(DNNL_ARG_SRC, backward.src_desc(), users.x, arrays.x, false);
    operand(DNNL_ARG_DIFF_WEIGHTS, backward.diff_weights_desc(), users.w, arrays.w, true);
    operand(DNNL_ARG_DIFF_DST, backward.diff_dst_desc(), users.y, arrays.y, false);
  }
  return call;
}

} // namespace
#endif

std::vector<ConvLibrary> conv_libraries([[maybe_unused]] const Layer& layer,
                                        [[maybe_unused]] Road road,
                                        [[maybe_unused]] const ConvArrays& arrays) {
  std::vector<ConvLibrary> list;
#if defined(NNGC_HAS_DNNL)
  const engine cpu(engine::kind::cpu, 0);
  Call call = prepare(cpu, layer, road, arrays);
  list.push_back({"oneDNN", [call, queue = stream(cpu)]() mutable {
                    for (Move& move : call.before) move.run(queue);
                    call.work.execute(queue, call.arguments);
                    for (Move& move : call.after) move.run(queue);
                    queue.wait();
                  }});
  list.push_back({"oneDNN, own layouts", [call, queue = stream(cpu)]() mutable {
                    call.work.execute(queue, call.arguments);
                    queue.wait();
                  }});
#endif
  return list;
}

} // namespace nngc::bench
