#include "tests/calibration/summary.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace etalon::calibration {
namespace {

constexpr std::size_t least_in_bin = 30;

template <class Get>
double mean_of(const std::vector<ReplayScore>& scores, Get get) {
  double sum = 0;
  for (const ReplayScore& score : scores) sum += static_cast<double>(get(score));
  return sum / static_cast<double>(scores.size());
}

Bin bin_of(double low, double high, const std::vector<ReplayScore>& scores) {
  std::vector<ReplayScore> inside;
  std::ranges::copy_if(scores, std::back_inserter(inside),
                       [&](const ReplayScore& score) { return score.p_best >= low && score.p_best < high; });
  Bin bin{low, high, inside.size()};
  if (inside.empty()) return bin;
  bin.stated = mean_of(inside, [](const ReplayScore& score) { return score.p_best; });
  bin.right = mean_of(inside, [](const ReplayScore& score) { return score.right; });
  return bin;
}

std::string bins_text(const Summary& summary) {
  std::string text;
  for (const Bin& bin : summary.bins)
    text += bin.replays < least_in_bin
                ? " - |"
                : fmt::format(" {:.2f} → {:.2f} ({}) |", bin.stated, bin.right, bin.replays);
  return text;
}

}  // namespace

std::optional<double> Summary::worst_bin(std::size_t least) const {
  std::optional<double> worst;
  for (const Bin& bin : bins)
    if (bin.replays >= least) worst = std::max(worst.value_or(0), std::abs(bin.stated - bin.right));
  return worst;
}

Summary summary_of(const std::string& name, const std::vector<ReplayScore>& scores) {
  Summary summary;
  summary.name = name;
  summary.replays = scores.size();
  summary.regret = mean_of(scores, [](const ReplayScore& score) { return score.regret; });
  summary.right = mean_of(scores, [](const ReplayScore& score) { return score.right; });
  summary.stated = mean_of(scores, [](const ReplayScore& score) { return score.p_best; });
  summary.within_point = mean_of(scores, [](const ReplayScore& score) { return score.regret <= 0.01; });
  summary.stated_within_point =
      mean_of(scores, [](const ReplayScore& score) { return score.p_within_point; });
  summary.coverage = mean_of(scores, [](const ReplayScore& score) { return score.covered; });
  summary.set_size = mean_of(scores, [](const ReplayScore& score) { return score.set_size; });
  summary.printed_error = mean_of(scores, [](const ReplayScore& score) { return score.printed_error; });
  for (const double low : {0.5, 0.6, 0.7, 0.8}) summary.bins.push_back(bin_of(low, low + 0.1, scores));
  summary.bins.push_back(bin_of(0.9, 0.95, scores));
  return summary;
}

std::string markdown(const std::vector<Summary>& summaries) {
  std::string text =
      "| table | replays | regret | right | stated | within 1 point: stated → right | 0.5 to 0.6 | 0.6 to "
      "0.7 | 0.7 to "
      "0.8 | 0.8 to 0.9 | 0.9 to 0.95 | coverage | set size | printed - true |\n"
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const Summary& one : summaries)
    text += fmt::format(
        "| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} → {:.2f} |{} {:.3f} | {:.1f} | {:+.2f} |\n", one.name,
        one.replays, 100 * one.regret, one.right, one.stated, one.stated_within_point, one.within_point,
        bins_text(one), one.coverage, one.set_size, 100 * one.printed_error);
  return text;
}

}  // namespace etalon::calibration
