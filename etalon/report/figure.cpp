#include "etalon/report/figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/number_text.h"

namespace etalon::report {
namespace {

constexpr double smallest_error = 1e-4;

bool is_whole(double value) { return std::abs(value - std::round(value)) < 1e-6 * std::max(1.0, value); }

double log_error(double accuracy) { return -std::log10(std::max(1 - accuracy, smallest_error)); }

}  // namespace

double ValueScale::share(double accuracy) const {
  const double from = log_error(worst), to = log_error(best);
  return to > from ? std::clamp((log_error(accuracy) - from) / (to - from), 0.0, 1.0) : 1.0;
}

std::vector<Tick> linear_ticks(double from, double to) {
  const double rough = (to - from) / 5;
  const double decade = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * decade;
  for (const double factor : {5.0, 2.5, 2.0, 1.0})
    if (factor * decade >= rough * 0.999) step = factor * decade;
  // As many decimals as the step has: a label never stands beside the place that it names.
  const bool plain = step > 1e-5 && std::max(std::abs(from), std::abs(to)) < 1e7;
  int decimals = 0;
  while (plain && decimals < 12 && !is_whole(step * std::pow(10.0, decimals))) ++decimals;
  std::vector<Tick> ticks;
  const double slack = 1e-9 * step;
  for (double i = std::ceil((from - slack) / step); i * step <= to + slack; ++i) {
    const double at = i == 0 ? 0 : i * step;  // never -0
    ticks.push_back({at, at == 0 ? "0"
                         : plain ? fmt::format("{:.{}f}", at, decimals)
                                 : fmt::format("{:.6g}", at)});
  }
  return ticks;
}

std::vector<Tick> log_ticks(double from, double to) {
  const double decades = std::log10(to / from);
  std::vector<double> factors{1};
  if (decades < 3.5) factors = {1, 2, 5};
  if (decades < 0.8) factors = {1, 1.5, 2, 3, 4, 5, 7};
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / 7)));
  std::vector<Tick> ticks;
  for (int exponent = static_cast<int>(std::floor(std::log10(from))); exponent <= std::log10(to);
       ++exponent) {
    if (decades >= 3.5 && exponent % stride != 0) continue;
    for (const double factor : factors) {
      const double at = factor * std::pow(10.0, exponent);
      if (at >= from * (1 - 1e-9) && at <= to * (1 + 1e-9)) ticks.push_back({at, number_text(at)});
    }
  }
  return ticks;
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  for (const std::string& word : split_text(text, ' ')) {
    if (!lines.empty() && lines.back().size() + 1 + word.size() <= width)
      lines.back() += " " + word;
    else if (!word.empty())
      lines.push_back(word);
  }
  return lines;
}

}  // namespace etalon::report
