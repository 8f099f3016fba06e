#include "fuzz/network_case.h"

#include <array>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "fuzz/choices.h"
#include "tests/nn/made_networks.h"

namespace etalon::fuzz {
namespace {

/// Every kind of layer; {a-b} is a number from a to b, {K} a kernel of 1x1 to 7x7. A new kind is a line here.
/// What does not fit its place is left out of the network. Half of the networks are one chain of the first
/// ones.
constexpr std::uint32_t plain_texts = 14;
constexpr std::array<std::string_view, 23> layer_texts{
    "conv {1-9} {K} stride {1-3} pad {0-3}",
    "conv {1-9} 3x3 pad 1",
    "conv {8-18} 3x3 pad 1",
    "conv {8-12} 3x3 pad {0-2}",
    "conv {1-8} 5x5",
    "conv {1-4} {K}",
    "maxpool 2",
    "maxpool {1-3} stride {1-3}",
    "avgpool {1-3} stride {1-3}",
    "dense {1-40}",
    "relu",
    "leaky-relu 0.1",
    "tanh",
    "sigmoid",
    "gelu",
    "silu",
    "batchnorm",
    "gap",
    "add input",
    "add a",
    "add a",
    "conv 6 3x3 stride {1-2} pad 1 groups {1-3} no-bias",
    "depthwise {K} pad {0-1}",
};
constexpr std::string_view last_layer = "dense 4";
constexpr std::array<std::string_view, 5> optimizers{"sgd", "momentum", "nesterov", "adam", "adamw"};
constexpr std::uint32_t most_layers = 7;

std::string choice_between(const std::string& ends, Choices& choices) {
  if (ends == "K") {
    const std::string edge = std::to_string(1 + choices.below(7));
    return edge + "x" + edge;
  }
  const std::size_t dash = ends.find('-');
  const auto from = static_cast<std::uint32_t>(std::stoul(ends.substr(0, dash))),
             to = static_cast<std::uint32_t>(std::stoul(ends.substr(dash + 1)));
  return std::to_string(from + choices.below(to - from + 1));
}

std::string filled_in(std::string_view text, Choices& choices) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '{') {
      result += text[at];
      continue;
    }
    const std::size_t end = text.find('}', at);
    result += choice_between(std::string(text.substr(at + 1, end - at - 1)), choices);
    at = end;
  }
  return result;
}

bool fits(std::vector<std::string> layers, TensorShape input) {
  layers.emplace_back(last_layer);
  try {
    described(layers, input);
  } catch (const RequestError&) {
    return false;
  }
  return true;
}

}  // namespace

NetworkCase decode_network(std::span<const std::uint8_t> bytes) {
  Choices choices(bytes);
  NetworkCase made;
  made.seed = choices.seed();
  made.special_share = choices.below(4) == 0 ? choices.below(64) : 0;
  made.input = {1 + choices.below(4), 1 + choices.below(12), 1 + choices.below(12)};
  made.batch = 1 + choices.below(7);
  made.members = choices.below(4) == 0 ? 2 + choices.below(2) : 1;
  made.optimizer.name = optimizers[choices.below(optimizers.size())];
  made.optimizer.weight_decay = choices.below(3) == 0 ? 0.1 : 0;
  const bool chain = choices.below(2) == 0;
  const auto kinds = chain ? plain_texts : static_cast<std::uint32_t>(layer_texts.size());
  bool labelled = chain;
  while (choices.left() && made.layers.size() < most_layers) {
    std::vector<std::string> longer = made.layers;
    longer.push_back(choices.below(12) == 0 ? "dropout 0.3"
                                            : filled_in(layer_texts[choices.below(kinds)], choices));
    const bool labels = !labelled && choices.below(2) == 0;
    if (labels) longer.back() += " label a";  // what "add a" adds
    if (!fits(longer, made.input)) continue;
    made.layers = std::move(longer);
    labelled = labelled || labels;
  }
  made.layers.emplace_back(last_layer);
  made.network = described(made.layers, made.input);
  return made;
}

std::string to_text(const NetworkCase& made) {
  std::string text = fmt::format("{}, batch {}, {} threads, {}, weight decay {}, seed {}, {}/256 special:",
                                 to_text(made.input), made.batch, made.members, made.optimizer.name,
                                 made.optimizer.weight_decay, made.seed, made.special_share);
  for (const std::string& layer : made.layers) text += " " + layer + ";";
  return text;
}

float Numbers::draw(float range) {
  using Limits = std::numeric_limits<float>;
  static constexpr std::array finite{0.0f,   -0.0f, 1.0f, 1e-30f, -1e-30f, 1e-40f, Limits::denorm_min(),
                                     -100.0f};
  static constexpr std::array anything{0.0f,
                                       -0.0f,
                                       1e-40f,
                                       -1e-40f,
                                       Limits::min(),
                                       Limits::max(),
                                       -Limits::max(),
                                       1e19f,
                                       -1e30f,
                                       1e-30f,
                                       Limits::infinity(),
                                       -Limits::infinity(),
                                       Limits::quiet_NaN()};
  const float usual = static_cast<float>(random_.uniform(-double{range}, double{range}));
  if (random_.below(256) >= made_.special_share) return usual;
  return wildness_ == Wildness::finite ? finite[random_.below(finite.size())]
                                       : anything[random_.below(anything.size())];
}

}  // namespace etalon::fuzz
