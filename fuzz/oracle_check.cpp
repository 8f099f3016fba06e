#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/lanes/denormals.h"
#include "fuzz/kernel_checks.h"
#include "tests/nn/lane_network.h"
#include "tests/nn/made_networks.h"

namespace etalon::fuzz {
namespace {

using Values = std::vector<float>;

template <class T>
std::vector<T> parameters_of(const NetworkCase& made, Numbers& numbers) {
  std::vector<T> parameters;
  for (std::uint32_t k = 0; k < made.network.parameters; ++k) parameters.push_back(numbers.draw(0.6f));
  make_variances_positive(made.network, parameters);
  return parameters;
}

template <class T>
PlainBatch<T> batch_of(const NetworkCase& made, Numbers& numbers) {
  PlainBatch<T> batch;
  batch.factors.resize(made.layers.size());
  for (std::uint32_t b = 0; b < made.batch; ++b) {
    batch.inputs.emplace_back();
    for (std::uint32_t k = 0; k < made.input.size(); ++k) batch.inputs.back().push_back(numbers.draw(2));
    batch.labels.push_back(numbers.below(4));
    for (std::size_t i = 0; i < made.layers.size(); ++i) {
      batch.factors[i].emplace_back();
      for (std::uint32_t k = 0; k < made.network.layers[i].output.size(); ++k)
        batch.factors[i].back().push_back(numbers.below(3) == 0 ? T(0) : T(1.5));
    }
  }
  return batch;
}

bool all_finite(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}
bool all_finite(const PlainResult<float>& result) {
  return all_finite(result.losses) && all_finite(result.gradient) && all_finite(result.parameters) &&
         std::all_of(result.logits.begin(), result.logits.end(),
                     [](const Values& z) { return all_finite(z); });
}

std::string first_difference(const char* what, const Values& found, const Values& expected) {
  for (std::size_t k = 0; k < expected.size(); ++k)
    if (found[k] != expected[k])
      return fmt::format("{} {} is {:a}, in nested loops {:a}", what, k, found[k], expected[k]);
  return "";
}

std::string first_difference(const PlainResult<float>& found, const PlainResult<float>& expected) {
  std::string where;
  for (std::size_t b = 0; b < expected.logits.size() && where.empty(); ++b)
    where = first_difference("logit", found.logits[b], expected.logits[b]);
  if (where.empty()) where = first_difference("loss", found.losses, expected.losses);
  if (where.empty()) where = first_difference("gradient", found.gradient, expected.gradient);
  if (where.empty()) where = first_difference("parameter", found.parameters, expected.parameters);
  return where;
}

}  // namespace

std::string difference_from_nested_loops(const NetworkCase& made) {
  const FlushDenormals flush;
  Numbers numbers(made, Wildness::finite, 1);
  const Values parameters = parameters_of<float>(made, numbers);
  const PlainBatch<float> batch = batch_of<float>(made, numbers);
  PlainNetwork<float> loops(made.network, parameters);
  const PlainResult<float> expected = loops.run(batch), later = loops.run(batch, false);
  if (!all_finite(expected) || !all_finite(later)) return "";
  for (const bool fuse : {false, true}) {
    LaneNetwork<float> lanes(made.network, made.batch, fuse);
    for (const bool training : {true, false, true}) {  // nothing of a step may be left over in the next
      const std::string where =
          first_difference(lanes.run(parameters, batch, training), training ? expected : later);
      if (!where.empty())
        return fmt::format("layers {}, {}: {}", fuse ? "fused" : "apart",
                           training ? "training" : "evaluation", where);
    }
  }
  return "";
}

std::string difference_of_winograd(const NetworkCase& made) {
  NetworkCase usual = made;
  usual.special_share = 0;  // ties could fall either way
  Numbers numbers(usual, Wildness::finite, 2);
  const auto parameters = parameters_of<double>(usual, numbers);
  const auto batch = batch_of<double>(usual, numbers);
  LaneNetwork<double> fast(usual.network, usual.batch, true, true), direct(usual.network, usual.batch, true);
  const auto found = fast.run(parameters, batch), expected = direct.run(parameters, batch);
  double largest = 1e-6;
  for (const double value : expected.gradient) largest = std::max(largest, std::abs(value));
  for (std::size_t k = 0; k < expected.gradient.size(); ++k)
    if (!(std::abs(found.gradient[k] - expected.gradient[k]) <= 1e-8 * largest))
      return fmt::format("gradient {} is {} by Winograd's algorithm, {} directly, the largest {}", k,
                         found.gradient[k], expected.gradient[k], largest);
  for (std::size_t b = 0; b < usual.batch; ++b)
    if (!(std::abs(found.losses[b] - expected.losses[b]) <= 1e-8 * (1 + std::abs(expected.losses[b]))))
      return fmt::format("loss {} is {} by Winograd's algorithm, {} directly", b, found.losses[b],
                         expected.losses[b]);
  return "";
}

}  // namespace etalon::fuzz
