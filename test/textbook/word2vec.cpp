// word2vec, skip-gram with negative samples (Mikolov et al., 2013): the vector of a word is to have
// a large product with those of its neighbours, and a small one with those of other words: -log
// s(v.u) - sum log s(-v.u'). Words that stand in like places come to lie close together.
#include <map>

#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  const std::int64_t batch = 128, width = 8, negatives = 4;
  const auto graph = [&](std::int64_t words, Graph& g) {
    const Value center = g.input("center", i32({batch})), near = g.input("near", i32({batch}));
    const Value others = g.input("others", i32({batch, negatives}));
    const Value in = g.param("in", f64({words, width})), out = g.param("out", f64({words, width}));
    const Value v = embedding(in, center);
    const Value good = einsum("bw,bw->b", std::vector{v, embedding(out, near)});
    const Value bad = einsum("bw,bnw->bn", std::vector{v, embedding(out, others)});
    return neg(reduce_mean(log_sigmoid(good)) +
               reduce_mean(reduce_sum(log_sigmoid(neg(bad)), {1})));
  };
  // Sentences of one pattern: animals eat food, people drive vehicles.
  const std::vector<std::vector<std::string>> kinds = {{"cat", "dog", "horse"},
                                                       {"meat", "grass", "bread"},
                                                       {"anna", "peter", "maria"},
                                                       {"car", "bus", "tram"}};
  std::vector<std::string> words{"eats", "drives"};
  for (const auto& kind : kinds) words.insert(words.end(), kind.begin(), kind.end());
  std::map<std::string, std::int32_t> id;
  for (const std::string& w : words) id.emplace(w, static_cast<std::int32_t>(id.size()));

  Graph g("skip_gram");
  const Value loss = graph(std::ssize(words), g);
  g.output("loss", loss);
  draw(g);
  Random random(6);
  const auto pick = [&](const auto& list) {
    return list[static_cast<std::size_t>(random.uniform() * static_cast<double>(list.size()))];
  };
  const Executable step = compile(training_step(g, loss, adam(0.03)));
  Tensors data;
  for (const char* name : {"in", "out"}) {
    Tensor t(DType::F64, {std::ssize(words), width});
    for (double& x : t.data<double>()) x = random.uniform(-0.5, 0.5);
    data[name] = t;
  }
  for (int i = 1; i <= 400; ++i) {
    std::vector<std::int32_t> center, near, others;
    for (std::int64_t b = 0; b < batch; ++b) {
      const bool animal = random.uniform() < 0.5;
      const std::string sentence[3] = {pick(kinds[animal ? 0 : 2]), animal ? "eats" : "drives",
                                       pick(kinds[animal ? 1 : 3])};
      const auto c = static_cast<std::size_t>(random.uniform() * 3);
      const std::size_t n = (c + 1 + static_cast<std::size_t>(random.uniform() * 2)) % 3;
      center.push_back(id[sentence[c]]), near.push_back(id[sentence[n]]);
      for (std::int64_t k = 0; k < negatives; ++k) others.push_back(id[pick(words)]);
    }
    data["center"] = Tensor::of<std::int32_t>({batch}, center);
    data["near"] = Tensor::of<std::int32_t>({batch}, near);
    data["others"] = Tensor::of<std::int32_t>({batch, negatives}, others);
    call(step, data);
    if (i == 1 || i == 100 || i == 400)
      std::printf("step %3d: loss %.1f\n", i, number(data, "loss"));
  }
  Graph near("similarities");
  const Value v = normalize(near.input("in", f64({std::ssize(words), width})));
  near.output("cosines", einsum("iw,jw->ij", std::vector{v, v}));
  const Numbers cosines = numbers(results(near, {{"in", data["in"]}}).at("cosines"));
  std::size_t right = 0;
  for (const auto& kind : kinds)
    for (const std::string& w : kind) {
      const auto row = static_cast<std::size_t>(id[w]);
      std::size_t best = row;
      for (std::size_t j = 2; j < words.size(); ++j)
        if (j != row &&
            (best == row || cosines[row * words.size() + j] > cosines[row * words.size() + best]))
          best = j;
      const bool same_kind = std::find(kind.begin(), kind.end(), words[best]) != kind.end();
      right += same_kind ? 1 : 0;
    }
  std::printf("the nearest word is of the same kind for %zu of %zu words\n", right,
              words.size() - 2);
  expect("like words are near", right == words.size() - 2);
  return finish();
}
