#include "tests/calibration/replay.h"

#include <algorithm>
#include <stdexcept>

#include "etalon/base/random.h"
#include "etalon/judging/cells.h"
#include "etalon/judging/choose.h"
#include "etalon/judging/failure.h"
#include "etalon/search/registry.h"

namespace etalon::calibration {
namespace {

// What has been run so far: seeds of each setting, in the order in which they were drawn.
class Runs {
 public:
  Runs(const Table& table, std::uint64_t number)
      : table_(table),
        order_(permutation(static_cast<std::uint32_t>(table.seeds()),
                           RandomSequence({number, 0, Purpose::verification}))),
        counts_(table.settings.size(), 0) {}

  std::size_t place(const Setting& setting) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(table_.settings, setting) -
                                    table_.settings.begin());
  }
  const Verdict& run(std::size_t setting, std::uint32_t seed) const {
    return table_.runs[setting][order_.at(seed)];
  }
  const Verdict& fresh(std::size_t setting, std::uint32_t seed) const {
    return run(setting, static_cast<std::uint32_t>(order_.size()) - 1 - seed);
  }
  std::uint32_t count(std::size_t setting) const { return counts_[setting]; }
  void add(std::size_t setting, std::uint32_t seed) {
    counts_[setting] = std::max(counts_[setting], seed + 1);
  }

  // [setting][seed]
  std::vector<std::vector<Fate>> fates() const {
    std::vector<RunEnd> ends;
    for (std::size_t setting = 0; setting < counts_.size(); ++setting)
      for (std::uint32_t seed = 0; seed < counts_[setting]; ++seed)
        ends.push_back(
            {table_.settings[setting], run(setting, seed).status, run(setting, seed).accuracy, true});
    const std::vector<Fate> flat = fates_of(ends, table_.chance, table_.validation_samples);
    std::vector<std::vector<Fate>> result;
    std::size_t next = 0;
    for (const std::uint32_t count : counts_) {
      result.emplace_back(flat.begin() + static_cast<std::ptrdiff_t>(next),
                          flat.begin() + static_cast<std::ptrdiff_t>(next + count));
      next += count;
    }
    return result;
  }

 private:
  const Table& table_;
  const std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> counts_;
};

StudyPlan plan_of(const Table& table, const ReplayOptions& options) {
  StudyPlan plan;
  plan.space.settings = table.settings;
  plan.strategy = options.race ? "race" : "grid";
  plan.seeds = options.seeds;
  return plan;
}

void run_strategy(const Table& table, const StudyPlan& plan, std::uint64_t number, Runs& runs) {
  const auto strategy = make_strategy(plan, {{{table.chance, table.validation_samples}}, 1, number});
  for (;;) {
    const std::vector<Proposal> round = strategy->suggest();
    if (round.empty()) return;
    for (const Proposal& proposal : round) runs.add(runs.place(proposal.setting), proposal.seed_index);
    const std::vector<std::vector<Fate>> fates = runs.fates();
    std::vector<Result> results;
    for (const Proposal& proposal : round) {
      const std::size_t setting = runs.place(proposal.setting);
      results.push_back({proposal, *runs.run(setting, proposal.seed_index).accuracy,
                         fates[setting][proposal.seed_index] == Fate::failed});
    }
    strategy->learn(results);
  }
}

SetEvidence evidence_of(const Table& table, const Runs& runs, const ReplayOptions& options) {
  SetEvidence evidence;
  evidence.name = table.name;
  evidence.outcomes.chance = table.chance;
  evidence.outcomes.validation_samples = table.validation_samples;
  const std::vector<std::vector<Fate>> fates = runs.fates();
  for (std::size_t setting = 0; setting < table.settings.size(); ++setting) {
    std::vector<Verdict> verdicts;
    SettingOutcomes outcomes{table.settings[setting], {}};
    for (std::uint32_t seed = 0; seed < runs.count(setting); ++seed) {
      verdicts.push_back(runs.run(setting, seed));
      verdicts.back().fate = fates[setting][seed];
      outcomes.seeds.push_back({seed, *verdicts.back().accuracy, verdicts.back().fate == Fate::failed});
    }
    std::vector<SeedResult> seeds;
    for (std::uint32_t seed = 0; seed < verdicts.size(); ++seed)
      seeds.push_back({seed, &verdicts[seed], 1.0});
    evidence.cells.push_back(sum_up(table.settings[setting], seeds, table.epochs));
    evidence.outcomes.settings.push_back(std::move(outcomes));
    evidence.reached.push_back(0);
    std::vector<double>& fresh = evidence.confirmation.emplace_back();
    for (std::uint32_t seed = 0; seed < options.confirmation; ++seed)
      fresh.push_back(*runs.fresh(setting, seed).accuracy);
  }
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    evidence.cells[cell].margin = margin(evidence.cells, cell);
  return evidence;
}

StudySnapshot snapshot_of(const Table& table, const StudyPlan& plan, std::uint64_t number) {
  StudySnapshot study;
  study.definition.groups = default_groups();
  study.definition.study_seed = number;
  study.plan = plan;
  SetFacts facts;
  facts.name = table.name;
  study.sets = {facts};
  return study;
}

}  // namespace

ReplayScore replay(const Table& table, const ReplayOptions& options, std::uint64_t number) {
  const StudyPlan plan = plan_of(table, options);
  Runs runs(table, number);
  run_strategy(table, plan, number, runs);
  const SetEvidence evidence = evidence_of(table, runs, options);
  const std::optional<SetPosterior> posterior = posterior_if_any(evidence, number);
  const Recommendation chosen = choose(snapshot_of(table, plan, number), evidence, posterior);
  if (!chosen.setting || !chosen.certificate) throw std::runtime_error("nothing was chosen on " + table.name);

  ReplayScore score;
  score.chosen = runs.place(*chosen.setting);
  const std::size_t best = table.best();
  score.right = score.chosen == best;
  score.regret = table.truth[best] - table.truth[score.chosen];
  score.p_best = chosen.certificate->p_best;
  score.p_within_point = chosen.certificate->p_within_point;
  score.covered = std::ranges::find(chosen.equivalent, table.settings[best]) != chosen.equivalent.end();
  score.set_size = chosen.equivalent.size();
  score.printed_error = *chosen.validation_accuracy.mean - table.truth[score.chosen];
  return score;
}

}  // namespace etalon::calibration
