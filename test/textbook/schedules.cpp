// Learning rates: with noisy gradients a constant rate keeps hopping around the minimum, and
// c1 / (k + c2), whose sum is infinite and whose squares' sum is not, comes to rest. Here each step
// sees one noisy example of a mean; with c1 = c2 = 1 the rate is 1 / (k + 1), which is the mean of
// all examples so far, exactly.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  {
    Graph picture("rate");
    Schedule inverse{.kind = Schedule::Kind::Inverse, .offset = 5};
    picture.output("rate", 2 * inverse.at(picture.input("k", f64({}))));
    draw(picture);
    show(picture);
  }
  // The schedules themselves, at some steps.
  struct Line {
    const char* name;
    Schedule schedule;
    double want; ///< at k = 100
  };
  const double steps[] = {0, 10, 50, 100, 200};
  std::printf("%-22s", "k");
  for (const double k : steps) std::printf("%8g", k);
  std::puts("");
  using Kind = Schedule::Kind;
  for (const Line& line :
       {Line{"constant", {}, 1},
        Line{"half every 50", {.kind = Kind::Step, .steps = 50, .rate = 0.5}, 0.25},
        Line{"exponential", {.kind = Kind::Exponential, .steps = 50, .rate = 0.5}, 0.25},
        Line{"cosine to 0 at 200", {.kind = Kind::Cosine, .steps = 200}, 0.5},
        Line{"5 / (k + 5)", {.kind = Kind::Inverse, .offset = 5}, 1 / 105.0},
        Line{"warmup of 20", {.warmup = 20}, 1}}) {
    Graph g("schedule");
    g.output("rate", line.schedule.at(g.input("k", f64({5}))));
    const Numbers rates =
        numbers(results(g, {{"k", tensor({5}, Numbers(steps, steps + 5))}}).at("rate"));
    const double c1 = line.schedule.kind == Kind::Inverse ? 5 : 1;
    std::printf("%-22s", line.name);
    for (const double r : rates) std::printf("%8.4f", c1 * r);
    std::puts("");
    expect(line.name, rates[3], line.want, 1e-12);
  }

  Random random(11);
  Numbers examples;
  double mean = 0;
  for (int k = 0; k < 2000; ++k)
    examples.push_back(3 + random.normal()), mean += examples.back() / 2000;
  Graph model("mean");
  const Value w = model.param("w", f64({})), x = model.input("x", f64({}));
  const Value loss = 0.5 * square(w - x);
  for (const char* how : {"sgd,lr=0.5", "sgd,lr=1,schedule=inverse,offset=1"}) {
    const Executable step = compile(training_step(model, loss, parse_optimizer(how)));
    Tensors data{{"w", tensor(0)}};
    double hops = 0;
    for (int k = 0; k < 2000; ++k) {
      data["x"] = tensor(examples[static_cast<std::size_t>(k)]);
      call(step, data);
      if (k >= 1000) hops += std::pow(number(data, "w") - mean, 2) / 1000;
    }
    std::printf("%-36s w = %.2f, hops around the mean %.2f by %.3f\n", how, number(data, "w"), mean,
                std::sqrt(hops));
    if (how[7] == '1')
      expect("the mean", number(data, "w"), mean, 1e-3); // the rate is an f32
    else
      expect("a constant rate hops", std::sqrt(hops), std::sqrt(0.5 / 1.5), 0.05);
  }
  return finish();
}
