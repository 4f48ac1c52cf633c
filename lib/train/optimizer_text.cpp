// Optimizers as text: names, their settings, and which settings each has.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "nngc/optimizers.h"

namespace nngc {
namespace {

using Kind = Optimizer::Kind;

struct Name {
  std::string_view text;
  Optimizer (*make)();
};
constexpr std::array<Name, 10> names = {{{"sgd", [] { return sgd(); }},
                                         {"momentum", [] { return momentum(); }},
                                         {"nesterov", [] { return nesterov(); }},
                                         {"adagrad", [] { return adagrad(); }},
                                         {"rmsprop", [] { return rmsprop(); }},
                                         {"adadelta", [] { return adadelta(); }},
                                         {"adam", [] { return adam(); }},
                                         {"adamw", [] { return adamw(); }},
                                         {"lion", [] { return lion(); }},
                                         {"lbfgs", [] { return lbfgs(); }}}};
constexpr std::array<std::string_view, 5> schedules = {"constant", "step", "exponential", "cosine",
                                                       "inverse"};

/// What a setting must be.
enum class Range : std::uint8_t { Any, NotNegative, Fraction, Positive, Count };

/// A number of the optimizer or of its schedule; `of`: the kinds that have it, by bit.
struct Setting {
  std::string_view name;
  double Optimizer::* field;
  double Schedule::* of_schedule;
  Range range;
  unsigned of;
};
constexpr unsigned bit(Kind k) { return 1U << static_cast<unsigned>(k); }
constexpr unsigned bit(Schedule::Kind k) { return 1U << static_cast<unsigned>(k); }
constexpr unsigned all = ~0U;
constexpr unsigned has_momentum = bit(Kind::Momentum) | bit(Kind::Nesterov);
constexpr unsigned has_moments = bit(Kind::Adam) | bit(Kind::AdamW);
constexpr unsigned has_rho = bit(Kind::RmsProp) | bit(Kind::Adadelta);
constexpr unsigned has_steps =
    bit(Schedule::Kind::Step) | bit(Schedule::Kind::Exponential) | bit(Schedule::Kind::Cosine);
constexpr unsigned has_rate = bit(Schedule::Kind::Step) | bit(Schedule::Kind::Exponential);
constexpr std::array<Setting, 16> settings = {{
    {"lr", &Optimizer::lr, nullptr, Range::Any, all},
    {"momentum", &Optimizer::momentum, nullptr, Range::Any, has_momentum},
    {"beta1", &Optimizer::beta1, nullptr, Range::Fraction, has_moments | bit(Kind::Lion)},
    {"beta2", &Optimizer::beta2, nullptr, Range::Fraction, has_moments | bit(Kind::Lion)},
    {"rho", &Optimizer::rho, nullptr, Range::Fraction, has_rho},
    {"eps", &Optimizer::eps, nullptr, Range::NotNegative,
     has_moments | has_rho | bit(Kind::AdaGrad)},
    {"history", &Optimizer::history, nullptr, Range::Count, bit(Kind::Lbfgs)},
    {"decay", &Optimizer::decay, nullptr, Range::Any, all},
    {"l1", &Optimizer::l1, nullptr, Range::Any, all},
    {"clip_value", &Optimizer::clip_value, nullptr, Range::NotNegative, all},
    {"clip_norm", &Optimizer::clip_norm, nullptr, Range::NotNegative, all},
    {"steps", nullptr, &Schedule::steps, Range::Positive, has_steps},
    {"rate", nullptr, &Schedule::rate, Range::Positive, has_rate},
    {"least", nullptr, &Schedule::least, Range::NotNegative, bit(Schedule::Kind::Cosine)},
    {"offset", nullptr, &Schedule::offset, Range::Positive, bit(Schedule::Kind::Inverse)},
    {"warmup", nullptr, &Schedule::warmup, Range::NotNegative, all},
}};

bool applies(const Optimizer& o, const Setting& s) {
  return (s.of & (s.field != nullptr ? bit(o.kind) : bit(o.schedule.kind))) != 0;
}
double& value_of(Optimizer& o, const Setting& s) {
  return s.field != nullptr ? o.*s.field : o.schedule.*s.of_schedule;
}

[[noreturn]] void bad(std::string message) {
  throw Error(Error::Kind::Argument, "optimizer: " + std::move(message));
}

double number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    bad(fmt::format("'{}' is not a number", text));
  return value;
}

void check_range(std::string_view part, Range range, double value) {
  if (range == Range::Fraction && !(value >= 0 && value < 1)) // 1 - beta^step is divided by
    bad(fmt::format("{} must be at least 0 and below 1", part));
  if (range == Range::NotNegative && value < 0) bad(fmt::format("{} must be at least 0", part));
  if (range == Range::Positive && value <= 0) bad(fmt::format("{} must be above 0", part));
  if (range == Range::Count && !(value >= 1 && value <= 100 && value == std::floor(value)))
    bad(fmt::format("{} must be a number from 1 to 100", part));
}

template <class List, class Text> std::string joined(const List& list, Text text) {
  std::string result;
  for (const auto& item : list)
    if (const std::string_view one = text(item); !one.empty())
      result += (result.empty() ? "" : ", ") + std::string(one);
  return result;
}

void read_schedule(std::string_view name, Schedule& schedule) {
  for (std::size_t i = 0; i < schedules.size(); ++i)
    if (schedules[i] == name) {
      schedule.kind = static_cast<Schedule::Kind>(i);
      return;
    }
  bad(fmt::format("there is no schedule '{}'; there are {}", name,
                  joined(schedules, [](std::string_view s) { return s; })));
}

} // namespace

// What is off, as most settings are, is left out.
std::string Optimizer::str() const {
  Optimizer o = *this, off;
  std::string text(names[static_cast<std::size_t>(kind)].text);
  for (const Setting& s : settings) {
    const bool is_option = s.name == "l1" || s.name.starts_with("clip") || s.name == "warmup";
    if (applies(o, s) && !(is_option && value_of(o, s) == value_of(off, s)))
      text += fmt::format(",{}={}", s.name, value_of(o, s));
    if (s.name == "clip_norm" && schedule.kind != Schedule::Kind::Constant)
      text += fmt::format(",schedule={}", schedules[static_cast<std::size_t>(schedule.kind)]);
  }
  return text;
}

Optimizer sgd(double lr) { return {.kind = Kind::Sgd, .lr = lr}; }
Optimizer momentum(double lr, double mu) {
  return {.kind = Kind::Momentum, .lr = lr, .momentum = mu};
}
Optimizer nesterov(double lr, double mu) {
  return {.kind = Kind::Nesterov, .lr = lr, .momentum = mu};
}
Optimizer adagrad(double lr) { return {.kind = Kind::AdaGrad, .lr = lr, .eps = 1e-10}; }
Optimizer rmsprop(double lr, double rho) { return {.kind = Kind::RmsProp, .lr = lr, .rho = rho}; }
Optimizer adadelta(double lr, double rho) {
  return {.kind = Kind::Adadelta, .lr = lr, .eps = 1e-6, .rho = rho};
}
Optimizer adam(double lr) { return {.kind = Kind::Adam, .lr = lr}; }
Optimizer adamw(double lr, double decay) { return {.kind = Kind::AdamW, .lr = lr, .decay = decay}; }
Optimizer lion(double lr, double decay) {
  return {.kind = Kind::Lion, .lr = lr, .beta2 = 0.99, .decay = decay};
}
Optimizer lbfgs(double lr, int history) {
  return {.kind = Kind::Lbfgs, .lr = lr, .history = static_cast<double>(history)};
}

Optimizer parse_optimizer(std::string_view text) {
  bool more = true;
  const auto next = [&] {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    more = comma != std::string_view::npos;
    text = more ? text.substr(comma + 1) : std::string_view{};
    return part;
  };
  const std::string_view kind = next();
  const auto* const found =
      std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.text == kind; });
  if (found == names.end())
    bad(fmt::format("there is no '{}'; there are {}", kind,
                    joined(names, [](const Name& n) { return n.text; })));
  Optimizer result = found->make();
  while (more) {
    const std::string_view part = next();
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos)
      bad(fmt::format("'{}' is not of the form setting=number", part));
    const std::string_view name = part.substr(0, equals), text_of_value = part.substr(equals + 1);
    if (name == "schedule") {
      read_schedule(text_of_value, result.schedule);
      continue;
    }
    const Setting* setting = nullptr;
    for (const Setting& s : settings)
      if (s.name == name && applies(result, s)) setting = &s;
    if (setting == nullptr)
      bad(fmt::format("{} has no setting '{}'; it has {}, schedule", kind, name,
                      joined(settings, [&](const Setting& s) {
                        return applies(result, s) ? s.name : std::string_view{};
                      })));
    double& value = value_of(result, *setting);
    value = number(text_of_value);
    check_range(part, setting->range, value);
  }
  return result;
}

} // namespace nngc
