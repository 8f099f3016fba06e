// Replays small studies from tables of many seeds and prints how right their certificates were, as Markdown.
//
//     calibration REPLAYS [--seeds N] [--grid] [--simulated] TABLES.csv...
//
// `make calibration` runs it with the tables of tests/calibration/tables and the simulated ones.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/calibration/replay.h"
#include "tests/calibration/simulation.h"
#include "tests/calibration/summary.h"

namespace {

using namespace etalon::calibration;

// Replays number 0 .. count - 1, on all processors.
template <class Score>
std::vector<ReplayScore> scores_of(std::uint64_t count, Score score) {
  const unsigned workers = std::max(1u, std::thread::hardware_concurrency());
  std::vector<ReplayScore> scores(count);
  std::vector<std::future<void>> parts;
  for (unsigned worker = 0; worker < workers; ++worker)
    parts.push_back(std::async(std::launch::async, [&, worker] {
      for (std::uint64_t number = worker; number < count; number += workers) scores[number] = score(number);
    }));
  for (std::future<void>& part : parts) part.get();
  return scores;
}

int run(int count, char** words) {
  if (count < 2) {
    std::fputs("usage: calibration REPLAYS [--seeds N] [--grid] [--simulated] TABLES.csv...\n", stderr);
    return 2;
  }
  const std::uint64_t replays = std::stoull(words[1]);
  ReplayOptions options;
  bool simulated = false;
  std::vector<Summary> summaries;
  std::vector<ReplayScore> together;  // of tables of the same kind
  const auto add = [&](const std::string& name, const std::vector<ReplayScore>& scores) {
    const Summary& summary = summaries.emplace_back(summary_of(name, scores));
    std::fprintf(stderr, "%s: regret %.2f points, coverage %.3f, worst bin %.2f\n", summary.name.c_str(),
                 100 * summary.regret, summary.coverage, summary.worst_bin(30).value_or(0));
    together.insert(together.end(), scores.begin(), scores.end());
  };
  const auto add_together = [&](const char* name) {
    if (!together.empty()) summaries.push_back(summary_of(name, together));
    together.clear();
  };
  for (int i = 2; i < count; ++i) {
    if (!std::strcmp(words[i], "--seeds") && i + 1 < count) {
      options.seeds = static_cast<std::uint32_t>(std::stoul(words[++i]));
    } else if (!std::strcmp(words[i], "--grid")) {
      options.race = false;
    } else if (!std::strcmp(words[i], "--simulated")) {
      simulated = true;
    } else {
      for (const Table& table : read_tables(words[i]))
        add(table.name, scores_of(replays, [&](auto number) { return replay(table, options, number); }));
    }
  }
  add_together("measured, together");
  for (const std::string& scenario : simulated ? scenarios() : std::vector<std::string>{})
    add(scenario, scores_of(replays, [&](auto number) {
          return replay(simulated_table(scenario, number), options, number);
        }));
  add_together("simulated, together");
  std::fputs(markdown(summaries).c_str(), stdout);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "calibration: %s\n", failure.what());
    return 1;
  }
}
