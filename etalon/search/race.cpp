#include "etalon/search/race.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "etalon/judging/expectation.h"
#include "etalon/search/halving.h"
#include "etalon/search/refinement.h"

namespace etalon {
namespace {

constexpr std::size_t leaders = 2;  ///< whose half steps may join

std::size_t sum_of(const std::vector<std::uint32_t>& seeds) {
  return std::accumulate(seeds.begin(), seeds.end(), std::size_t{0});
}

/// How many half steps may join a race of `in` settings of which `survivors` go on.
std::size_t places_for_half_steps(std::size_t in, std::size_t survivors, std::size_t left) {
  return std::min(in - survivors, left / rounds_from(in));
}

}  // namespace

SetRace::SetRace(std::uint32_t set, const SearchTask& task, const std::vector<Setting>& settings,
                 std::size_t budget, bool refine)
    : set_(set),
      budget_(budget),
      values_(refine ? refinable_values(settings, task.axes) : std::vector<std::vector<double>>{}),
      left_(budget),
      refine_(refine) {
  outcomes_.chance = task.sets.at(set).chance;
  outcomes_.validation_samples = task.sets.at(set).validation_samples;
  outcomes_.axes = task.axes;
  for (const Setting& setting : settings) enter(setting);
}

std::vector<Proposal> SetRace::suggest(std::uint32_t epochs) {
  std::vector<Proposal> round;
  if (over_) return round;
  const std::vector<std::uint32_t> more = more_seeds(seeds_in(), left_);
  for (std::size_t i = 0; i < in_.size(); ++i)
    for (std::uint32_t seed = 0; seed < more[i]; ++seed)
      round.push_back({set_, outcomes_.settings[in_[i].place].setting, in_[i].seeds++, epochs});
  std::sort(round.begin(), round.end(), [](const Proposal& a, const Proposal& b) {
    return std::tie(a.seed_index, a.setting) < std::tie(b.seed_index, b.setting);
  });
  left_ -= round.size();
  running_ = !round.empty();
  over_ = round.empty();
  return round;
}

void SetRace::learn(const Result& result) {
  outcomes_.settings[places_.at(result.proposal.setting)].seeds.push_back(
      {result.proposal.seed_index, result.accuracy, result.failed});
}

void SetRace::end_round() {
  if (!running_) return;
  running_ = false;
  over_ = in_.size() <= 2 || left_ == 0;
  if (over_) return;
  rank();
  const std::size_t survivors = survivors_of(in_.size());
  const std::size_t places = places_for_half_steps(in_.size(), survivors, left_);
  in_.resize(survivors);
  if (!refine_ || !is_half_way(budget_, left_, seeds_in())) return;
  refine_ = false;
  std::vector<Setting> steps = promising_half_steps();
  steps.resize(std::min(steps.size(), places));
  for (const Setting& step : steps) enter(step);
}

bool SetRace::is_half_way(std::size_t budget, std::size_t left, const std::vector<std::uint32_t>& seeds) {
  const auto beside_half = [&](std::size_t rest) {
    return 2 * rest > budget ? 2 * rest - budget : budget - 2 * rest;
  };
  return beside_half(left) <= beside_half(left - sum_of(more_seeds(seeds, left)));
}

std::vector<std::uint32_t> SetRace::seeds_in() const {
  std::vector<std::uint32_t> seeds;
  for (const Runner& one : in_) seeds.push_back(one.seeds);
  return seeds;
}

void SetRace::enter(const Setting& setting) {
  in_.push_back({outcomes_.settings.size(), 0});
  places_.emplace(setting, outcomes_.settings.size());
  outcomes_.settings.push_back({setting, {}});
}

void SetRace::rank() {
  const std::vector<std::size_t> order = ranking(prospects(outcomes_));
  std::vector<std::size_t> rank(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  std::ranges::sort(in_, {}, [&](const Runner& one) { return rank[one.place]; });
}

std::vector<Setting> SetRace::promising_half_steps() const {
  std::set<Setting> steps;
  for (std::size_t i = 0; i < std::min(leaders, in_.size()); ++i)
    for (const Setting& step : half_steps(outcomes_.settings[in_[i].place].setting, values_))
      if (!places_.contains(step)) steps.insert(step);
  SetOutcomes wider = outcomes_;
  for (const Setting& step : steps) wider.settings.push_back({step, {}});
  std::vector<Setting> promising;
  for (const std::size_t place : ranking(prospects(wider)))
    if (place >= outcomes_.settings.size()) promising.push_back(wider.settings[place].setting);
  return promising;
}

std::vector<std::size_t> SetRace::rounds_to_come() const {
  std::vector<std::size_t> rounds;
  std::vector<std::uint32_t> seeds = seeds_in();
  std::size_t left = left_;
  bool refine = refine_, running = running_;
  while (left > 0 && !over_) {
    if (running) {  // as after its end, with as many half steps as there are places
      if (seeds.size() <= 2) break;
      const std::size_t in = seeds.size(), survivors = survivors_of(in);
      seeds.resize(survivors);
      if (refine && is_half_way(budget_, left, seeds)) {
        refine = false;
        seeds.resize(survivors + places_for_half_steps(in, survivors, left), 0);
      }
    }
    const std::vector<std::uint32_t> more = more_seeds(seeds, left);
    if (sum_of(more) == 0) break;
    for (std::size_t i = 0; i < seeds.size(); ++i) seeds[i] += more[i];
    rounds.push_back(sum_of(more));
    left -= rounds.back();
    running = true;
  }
  return rounds;
}

Race::Race(const std::vector<Setting>& settings, std::uint32_t seeds, bool refine, const SearchTask& task)
    : epochs_(task.epochs) {
  for (std::uint32_t set = 0; set < task.sets.size(); ++set)
    sets_.emplace_back(set, task, settings, settings.size() * seeds, refine);
}

std::vector<Proposal> Race::suggest() {
  std::vector<Proposal> round;
  for (SetRace& set : sets_)
    for (Proposal& proposal : set.suggest(epochs_)) round.push_back(std::move(proposal));
  return round;
}

void Race::learn(const std::vector<Result>& results) {
  for (const Result& result : results) sets_.at(result.proposal.set).learn(result);
  for (SetRace& set : sets_) set.end_round();
}

std::vector<std::size_t> Race::rounds_to_come() const {
  std::vector<std::size_t> all;
  for (const SetRace& set : sets_) {
    const std::vector<std::size_t> rounds = set.rounds_to_come();
    all.resize(std::max(all.size(), rounds.size()), 0);
    for (std::size_t round = 0; round < rounds.size(); ++round) all[round] += rounds[round];
  }
  return all;
}

}  // namespace etalon
