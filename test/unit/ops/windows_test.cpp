// Convolutions and pooling as users call them, against loops that say the same in full.
#include <algorithm>
#include <array>
#include <functional>
#include <random>

#include "nngc/autodiff.h"
#include "nngc/eval.h"
#include "nngc/windows.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

/// A tensor [batch, height, width, channels] of f64.
struct Image {
  std::int64_t n, h, w, c;
  std::vector<double> data;
  Image(std::int64_t n_, std::int64_t h_, std::int64_t w_, std::int64_t c_)
      : n(n_), h(h_), w(w_), c(c_), data(static_cast<std::size_t>(n * h * w * c)) {}
  double& at(std::int64_t i, std::int64_t y, std::int64_t x, std::int64_t k) {
    return data[static_cast<std::size_t>(((i * h + y) * w + x) * c + k)];
  }
  [[nodiscard]] bool has(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < h && x >= 0 && x < w;
  }
  [[nodiscard]] Tensor tensor() const { return Tensor::of<double>({n, h, w, c}, data); }
};

Image random_image(std::int64_t n, std::int64_t h, std::int64_t w, std::int64_t c, unsigned seed) {
  Image image(n, h, w, c);
  std::mt19937 random(seed);
  for (double& x : image.data) x = std::uniform_real_distribution<double>(-1, 1)(random);
  return image;
}

Tensor run(const std::function<Value(Value, Value)>& f, const Tensor& a, const Tensor& b) {
  Graph g;
  const auto input = [&](const char* name, const Tensor& t) {
    return g.input(name, {t.dtype(), Shape(std::vector<Dim>(t.shape().begin(), t.shape().end()))});
  };
  const Value x = input("a", a), y = input("b", b);
  g.output("out", f(x, y));
  return eval(g, std::vector<Tensor>{a, b}).at(0);
}

void check(const Tensor& have, const Image& want) {
  REQUIRE(have.shape() == std::vector<std::int64_t>{want.n, want.h, want.w, want.c});
  for (std::size_t i = 0; i < want.data.size(); ++i) {
    INFO("element " << i);
    CHECK(have.data<double>()[i] == Approx(want.data[i]).margin(1e-13));
  }
}

struct Geometry {
  std::int64_t stride, lo, hi, dilation, groups;
};

Image convolved(Image x, Image w, const Geometry& g) {
  const auto out = [&](std::int64_t extent, std::int64_t size) {
    return (extent + g.lo + g.hi - (size - 1) * g.dilation - 1) / g.stride + 1;
  };
  Image y(x.n, out(x.h, w.n), out(x.w, w.h), w.c);
  for (std::int64_t i = 0; i < y.n; ++i)
    for (std::int64_t oy = 0; oy < y.h; ++oy)
      for (std::int64_t ox = 0; ox < y.w; ++ox)
        for (std::int64_t f = 0; f < y.c; ++f)
          for (std::int64_t ky = 0; ky < w.n; ++ky)
            for (std::int64_t kx = 0; kx < w.h; ++kx)
              for (std::int64_t c = 0; c < w.w; ++c) {
                const std::int64_t iy = oy * g.stride + ky * g.dilation - g.lo;
                const std::int64_t ix = ox * g.stride + kx * g.dilation - g.lo;
                const std::int64_t from = f / (w.c / g.groups) * w.w + c;
                if (x.has(iy, ix)) y.at(i, oy, ox, f) += x.at(i, iy, ix, from) * w.at(ky, kx, c, f);
              }
  return y;
}

/// Every element of x adds its share of the weights.
Image transposed(Image x, Image w, const Geometry& g, std::int64_t more) {
  const auto out = [&](std::int64_t extent, std::int64_t size) {
    return (extent - 1) * g.stride + (size - 1) * g.dilation + 1 - g.lo - g.hi + more;
  };
  Image y(x.n, out(x.h, w.n), out(x.w, w.h), w.c);
  for (std::int64_t i = 0; i < x.n; ++i)
    for (std::int64_t iy = 0; iy < x.h; ++iy)
      for (std::int64_t ix = 0; ix < x.w; ++ix)
        for (std::int64_t f = 0; f < w.c; ++f)
          for (std::int64_t ky = 0; ky < w.n; ++ky)
            for (std::int64_t kx = 0; kx < w.h; ++kx)
              for (std::int64_t c = 0; c < w.w; ++c) {
                const std::int64_t oy = iy * g.stride + ky * g.dilation - g.lo;
                const std::int64_t ox = ix * g.stride + kx * g.dilation - g.lo;
                const std::int64_t from = f / (w.c / g.groups) * w.w + c;
                if (y.has(oy, ox)) y.at(i, oy, ox, f) += x.at(i, iy, ix, from) * w.at(ky, kx, c, f);
              }
  return y;
}

Value first(Value v) { return transpose(v, {0, 3, 1, 2}); }
Value last(Value v) { return transpose(v, {0, 2, 3, 1}); }

const std::vector<Geometry> geometries = {
    {1, 0, 0, 1, 1}, {2, 1, 1, 1, 1}, {1, 1, 2, 2, 1}, {3, 2, 0, 1, 2}, {2, 0, 1, 2, 4}};

} // namespace

TEST_CASE("conv2d is the sum it stands for, in both layouts", "[windows]") {
  for (const Geometry& g : geometries) {
    const Image x = random_image(2, 6, 7, 4, 1), w = random_image(3, 2, 4 / g.groups, 8, 2);
    ConvOptions o{{g.stride, g.stride},
                  Padding::of({g.lo, g.lo}, {g.hi, g.hi}),
                  {g.dilation, g.dilation},
                  g.groups};
    INFO("stride " << g.stride << ", groups " << g.groups);
    const Image want = convolved(x, w, g);
    check(run([&](Value a, Value b) { return conv2d(a, b, o); }, x.tensor(), w.tensor()), want);
    o.layout = Layout::ChannelsFirst;
    check(
        run([&](Value a, Value b) { return last(conv2d(first(a), transpose(b, {3, 2, 0, 1}), o)); },
            x.tensor(), w.tensor()),
        want);
  }
}

TEST_CASE("conv1d and conv3d are conv2d with an axis less and one more", "[windows]") {
  const Image x = random_image(2, 1, 9, 3, 3), w = random_image(1, 3, 3, 2, 4);
  const ConvOptions o{{2}, Padding::of({1}), {2}};
  const Image want = [&] {
    Image y(2, 1, 4, 2);
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t ox = 0; ox < 4; ++ox)
        for (std::int64_t f = 0; f < 2; ++f)
          for (std::int64_t k = 0; k < 3; ++k)
            for (std::int64_t c = 0; c < 3; ++c) {
              const std::int64_t ix = 2 * ox + 2 * k - 1;
              Image a = x, b = w;
              if (x.has(0, ix)) y.at(i, 0, ox, f) += a.at(i, 0, ix, c) * b.at(0, k, c, f);
            }
    return y;
  }();
  const auto in_1d = [&](Value a, Value b) {
    return reshape(conv1d(reshape(a, {2, 9, 3}), reshape(b, {3, 3, 2}), o), {2, 1, 4, 2});
  };
  check(run(in_1d, x.tensor(), w.tensor()), want);
  const auto in_3d = [&](Value a, Value b) {
    const ConvOptions deep{{1, 1, 2}, Padding::of({0, 0, 1}), {1, 1, 2}};
    return reshape(conv3d(reshape(a, {2, 1, 1, 9, 3}), reshape(b, {1, 1, 3, 3, 2}), deep),
                   {2, 1, 4, 2});
  };
  check(run(in_3d, x.tensor(), w.tensor()), want);
}

TEST_CASE("'same' padding gives an element for every stride", "[windows]") {
  const Image x = random_image(1, 5, 6, 2, 5), w = random_image(3, 2, 2, 3, 6);
  const ConvOptions o{{2, 3}, Padding::same()};
  // 5 by stride 2: three windows reach 7 far, one more on either side; 6 by stride 3: none.
  const auto explicit_one = [](Value a, Value b) {
    return conv2d(a, b, {{2, 3}, Padding::of({1, 0}, {1, 0})});
  };
  const Tensor want = run(explicit_one, x.tensor(), w.tensor());
  const Tensor have =
      run([&](Value a, Value b) { return conv2d(a, b, o); }, x.tensor(), w.tensor());
  CHECK(have.shape() == std::vector<std::int64_t>{1, 3, 2, 3});
  REQUIRE(have.shape() == want.shape());
  for (std::size_t i = 0; i < want.data<double>().size(); ++i)
    CHECK(have.data<double>()[i] == want.data<double>()[i]);
  // Where the padding is odd, the end has one more.
  const Image ones = [] {
    Image y(1, 1, 4, 1);
    for (double& e : y.data) e = 1;
    return y;
  }();
  const Tensor sums = run(
      [](Value a, Value) {
        return avg_pool(a, {1, 2},
                        {.stride = {1, 1}, .padding = Padding::same(), .count_include_pad = true});
      },
      ones.tensor(), ones.tensor());
  CHECK(sums.data<double>()[0] == 1);
  CHECK(sums.data<double>()[3] == 0.5);
}

TEST_CASE("conv_transpose spreads every element over the weights", "[windows]") {
  for (const Geometry& g : geometries) {
    const std::int64_t more = g.stride > 1 ? 1 : 0;
    const Image x = random_image(2, 3, 4, 4, 7), w = random_image(3, 4, 4 / g.groups, 8, 8);
    ConvOptions o{{g.stride, g.stride},
                  Padding::of({g.lo, g.lo}, {g.hi, g.hi}),
                  {g.dilation, g.dilation},
                  g.groups};
    o.output_padding = {more, more};
    INFO("stride " << g.stride << ", groups " << g.groups);
    const Image want = transposed(x, w, g, more);
    check(run([&](Value a, Value b) { return conv_transpose(a, b, o); }, x.tensor(), w.tensor()),
          want);
    o.layout = Layout::ChannelsFirst;
    // [spatial, in / groups, out] to [in, out / groups, spatial], as other libraries keep them.
    const auto theirs = [&](Value b) {
      const Value split = reshape(b, {3, 4, 4 / g.groups, g.groups, 8 / g.groups});
      return reshape(transpose(split, {3, 2, 4, 0, 1}), {4, 8 / g.groups, 3, 4});
    };
    check(run([&](Value a, Value b) { return last(conv_transpose(first(a), theirs(b), o)); },
              x.tensor(), w.tensor()),
          want);
  }
}

TEST_CASE("'same' conv_transpose multiplies the extents", "[windows]") {
  const Image x = random_image(1, 3, 4, 2, 9), w = random_image(3, 2, 2, 3, 10);
  const auto up = [](Value a, Value b) { return conv_transpose(a, b, {{2, 3}, Padding::same()}); };
  CHECK(run(up, x.tensor(), w.tensor()).shape() == std::vector<std::int64_t>{1, 6, 12, 3});
}

TEST_CASE("conv_transpose is the gradient of conv2d", "[windows]") {
  ConvOptions o{{2, 1}, Padding::of({1, 0}, {0, 1}), {1, 2}};
  const Image seed = random_image(1, 2, 3, 3, 11), w = random_image(3, 2, 2, 3, 12);
  const auto by_rule = [&](Value g, Value b) {
    const Value x = broadcast_to(reduce_sum(g), {1, 5, 4, 2}); // the sum is linear in it
    return vjp(std::array{conv2d(x, b, o)}, std::array{g}, std::array{x})[0];
  };
  const Tensor want = run(by_rule, seed.tensor(), w.tensor());
  o.output_padding = {1, 0};
  const auto by_hand = [&](Value g, Value b) {
    return conv_transpose(g, transpose(b, {0, 1, 3, 2}), o);
  };
  const Tensor have = run(by_hand, seed.tensor(), w.tensor());
  REQUIRE(have.shape() == want.shape());
  for (std::size_t i = 0; i < want.data<double>().size(); ++i)
    CHECK(have.data<double>()[i] == Approx(want.data<double>()[i]).margin(1e-13));
}

namespace {

/// f over the elements of x in every window of `size`, as a list.
template <class F>
Image pooled(Image x, std::int64_t size, std::int64_t stride, std::int64_t border, F f) {
  const auto out = [&](std::int64_t extent) { return (extent + 2 * border - size) / stride + 1; };
  Image y(x.n, out(x.h), out(x.w), x.c);
  for (std::int64_t i = 0; i < y.n; ++i)
    for (std::int64_t oy = 0; oy < y.h; ++oy)
      for (std::int64_t ox = 0; ox < y.w; ++ox)
        for (std::int64_t c = 0; c < y.c; ++c) {
          std::vector<double> window;
          for (std::int64_t ky = 0; ky < size; ++ky)
            for (std::int64_t kx = 0; kx < size; ++kx)
              if (x.has(oy * stride + ky - border, ox * stride + kx - border))
                window.push_back(x.at(i, oy * stride + ky - border, ox * stride + kx - border, c));
          y.at(i, oy, ox, c) = f(window);
        }
  return y;
}

double sum_of(const std::vector<double>& list) {
  double sum = 0;
  for (const double x : list) sum += x;
  return sum;
}

} // namespace

TEST_CASE("pooling is what it says of every window, in both layouts", "[windows]") {
  const Image x = random_image(2, 6, 7, 3, 13);
  const auto greatest = [](const std::vector<double>& v) {
    return *std::max_element(v.begin(), v.end());
  };
  struct Pool {
    std::int64_t size, stride, border;
  };
  for (const auto& [size, stride, border] : {Pool{2, 2, 0}, Pool{3, 2, 1}, Pool{2, 1, 1}}) {
    PoolOptions o{{stride, stride}, Padding::of({border, border})};
    INFO("size " << size << ", stride " << stride << ", padding " << border);
    const auto one = [&](const std::function<Value(Value)>& f) {
      return run([&](Value a, Value) { return f(a); }, x.tensor(), x.tensor());
    };
    const std::int64_t area = size * size;
    const Image most = pooled(x, size, stride, border, greatest);
    const Image mean = pooled(x, size, stride, border, [](const std::vector<double>& v) {
      return sum_of(v) / static_cast<double>(v.size());
    });
    const Image all = pooled(x, size, stride, border, [&](const std::vector<double>& v) {
      return sum_of(v) / static_cast<double>(area);
    });
    check(one([&](Value a) { return max_pool(a, {size, size}, o); }), most);
    check(one([&](Value a) { return avg_pool(a, {size, size}, o); }), mean);
    PoolOptions with_border = o;
    with_border.count_include_pad = true;
    check(one([&](Value a) { return avg_pool(a, {size, size}, with_border); }), all);
    o.layout = Layout::ChannelsFirst;
    check(one([&](Value a) { return last(max_pool(first(a), {size, size}, o)); }), most);
    check(one([&](Value a) { return last(avg_pool(first(a), {size, size}, o)); }), mean);
  }
  // The stride is the window's size unless it is said.
  const Tensor halves =
      run([](Value a, Value) { return max_pool(a, {2, 3}); }, x.tensor(), x.tensor());
  CHECK(halves.shape() == std::vector<std::int64_t>{2, 3, 2, 3});
}

TEST_CASE("global pooling is over all pixels of a channel", "[windows]") {
  const Image x = random_image(2, 3, 4, 2, 14);
  Image image = x;
  const auto expected = [&](std::int64_t i, std::int64_t c, bool mean) {
    double sum = 0, most = -10;
    for (std::int64_t y = 0; y < 3; ++y)
      for (std::int64_t k = 0; k < 4; ++k)
        sum += image.at(i, y, k, c), most = std::max(most, image.at(i, y, k, c));
    return mean ? sum / 12 : most;
  };
  for (const bool mean : {false, true})
    for (const Layout layout : {Layout::ChannelsLast, Layout::ChannelsFirst}) {
      const Tensor t = run(
          [&](Value a, Value) {
            const Value v = layout == Layout::ChannelsLast ? a : first(a);
            return mean ? global_avg_pool(v, layout) : global_max_pool(v, layout);
          },
          x.tensor(), x.tensor());
      REQUIRE(t.shape() == std::vector<std::int64_t>{2, 2});
      for (std::int64_t i = 0; i < 4; ++i)
        CHECK(t.data<double>()[static_cast<std::size_t>(i)] ==
              Approx(expected(i / 2, i % 2, mean)));
    }
}
