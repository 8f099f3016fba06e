#include "etalon/running/outlook.h"

#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/judging/judge.h"
#include "etalon/running/confirmation.h"
#include "etalon/running/strategist.h"

namespace etalon {
namespace {

StudyPlan race(std::vector<double> etas, std::uint32_t seeds, std::uint32_t confirmation) {
  StudyPlan plan;
  plan.strategy = "race";
  plan.space.values = {std::move(etas)};
  plan.seeds = seeds;
  plan.confirmation = confirmation;
  return plan;
}

StudySnapshot asked_for(const std::vector<StudyPlan>& plans) {
  StudySnapshot study;
  study.definition.epochs = 2;
  study.definition.groups = {{"all", {"conv", "dense"}}};
  study.definition.sets = {{"one", "1"}, {"two", "2"}};
  for (const SetIdentity& set : study.definition.sets) {
    SetFacts facts;
    facts.name = set.name;
    facts.classes = 10;
    facts.chance = 0.1;
    facts.validation_samples = 1000;
    facts.label_entropy = std::log(10.0);
    study.sets.push_back(facts);
  }
  study.plan = plans.back();
  study.asked = plans;
  return study;
}

/// A run that learns, and ends with `accuracy`.
TrialRecord finished(const TrialKey& key, double accuracy) {
  TrialRecord trial;
  trial.key = key;
  Curve& curve = trial.curve;
  curve.reference_loss = 2.3;
  curve.steps_per_epoch = 100;
  curve.budget_epochs = 2;
  for (int step = 0; step < 200; ++step)
    curve.loss.push_back(static_cast<float>(0.1 + 2.2 * std::exp(-step / 30.0 * accuracy)));
  curve.epochs = {{1.0, 1.0, accuracy}, {0.5, 0.5, accuracy}};
  return trial;
}

using Accuracy = std::function<double(const TrialKey&)>;

/// The nearer to 0.1 the better, more so above; seeds differ by as much, so that there is a rival.
double near_a_tenth(const TrialKey& key) {
  const double decades = std::log10(key.setting.values[0] / 0.1);
  const auto place = static_cast<std::uint32_t>(std::lround(10 - decades));
  return 0.9 - (decades > 0 ? 0.1 : 0.01) * std::abs(decades) - 0.01 * ((key.seed_index * 7 + place) % 5);
}

void finish(StudySnapshot& study, const std::vector<PlannedTrial>& trials, const Accuracy& accuracy) {
  for (const PlannedTrial& trial : trials) study.trials.push_back(finished(trial.key, accuracy(trial.key)));
}

/// Trains until nothing is missing; [round] what was missing.
std::vector<std::vector<PlannedTrial>> finish_all(StudySnapshot& study,
                                                  const Accuracy& accuracy = near_a_tenth) {
  std::vector<std::vector<PlannedTrial>> rounds;
  for (;;) {
    std::vector<PlannedTrial> missing = outlook_of(study, make_strategy).missing;
    if (missing.empty()) return rounds;
    finish(study, missing, accuracy);
    rounds.push_back(std::move(missing));
  }
}

const std::vector<double> five{1e-4, 1e-3, 1e-2, 1e-1, 1};

TEST(Outlook, knows_the_total_of_a_race_before_its_rounds) {
  StudySnapshot study = asked_for({race(five, 3, 8)});
  EXPECT_EQ(outlook_of(study, make_strategy).planned_trials(), 2 * (5 * 3 + 2 * 8u));
  for (Outlook outlook = outlook_of(study, make_strategy); !outlook.missing.empty();
       outlook = outlook_of(study, make_strategy)) {
    EXPECT_EQ(outlook.planned_trials(), 2 * (5 * 3 + 2 * 8u));
    finish(study, outlook.missing, near_a_tenth);
  }
  EXPECT_EQ(study.trials.size(), 2 * (5 * 3 + 2 * 8u));
  EXPECT_EQ(outlook_of(study, make_strategy).finished, study.trials.size());
}

TEST(Outlook, confirms_choice_and_rival_with_fresh_seeds_once_the_race_is_over) {
  StudySnapshot study = asked_for({race(five, 3, 8)});
  const auto rounds = finish_all(study);
  ASSERT_EQ(rounds.size(), 3u) << "five settings, two, and the confirmation";
  std::set<Setting> confirmed;
  for (const PlannedTrial& trial : rounds.back()) {
    EXPECT_GE(trial.key.seed_index, first_confirmation_seed);
    EXPECT_LT(trial.key.seed_index, first_confirmation_seed + 8);
    confirmed.insert(trial.key.setting);
  }
  EXPECT_EQ(rounds.back().size(), 2 * 2 * 8u);
  EXPECT_EQ(confirmed.size(), 2u);
  EXPECT_TRUE(confirmed.contains(*judge(study).recommendations.at(0).setting));
}

TEST(Outlook, what_confirmation_brings_changes_no_choice) {
  const auto choice_of = [](double confirmed) {
    StudySnapshot study = asked_for({race(five, 3, 8)});
    finish_all(study, [&](const TrialKey& key) {
      return key.seed_index < first_confirmation_seed ? near_a_tenth(key) : confirmed;
    });
    EXPECT_EQ(study.trials.size(), 2 * (5 * 3 + 2 * 8u)) << "no other setting is confirmed";
    return judge(study).recommendations.at(0).setting;
  };
  EXPECT_EQ(choice_of(0.99), choice_of(0.1));
}

TEST(Outlook, without_confirmation_nothing_follows_the_race) {
  StudySnapshot study = asked_for({race(five, 3, 0)});
  finish_all(study);
  EXPECT_EQ(study.trials.size(), 2 * 5 * 3u);
}

TEST(Outlook, where_nothing_learned_nothing_is_confirmed) {
  StudySnapshot study = asked_for({race(five, 3, 8)});
  const auto diverged = [](const TrialKey&) { return std::nan(""); };
  for (Outlook outlook = outlook_of(study, make_strategy); !outlook.missing.empty();
       outlook = outlook_of(study, make_strategy))
    for (const PlannedTrial& trial : outlook.missing) {
      study.trials.push_back(finished(trial.key, diverged(trial.key)));
      study.trials.back().curve.loss.back() = NAN;
      study.trials.back().curve.epochs.clear();
    }
  EXPECT_EQ(study.trials.size(), 2 * 5 * 3u);
  EXPECT_EQ(outlook_of(study, make_strategy).planned_trials(), 2 * 5 * 3u);
}

TEST(Outlook, one_setting_has_no_rival) {
  StudySnapshot study = asked_for({race({0.1}, 3, 4)});
  EXPECT_EQ(outlook_of(study, make_strategy).planned_trials(), 2 * (3 + 4u));
  finish_all(study);
  EXPECT_EQ(study.trials.size(), 2 * (3 + 4u));
}

TEST(Outlook, a_grid_is_confirmed_too) {
  StudyPlan grid = race({0.01, 0.1}, 2, 3);
  grid.strategy = "grid";
  StudySnapshot study = asked_for({grid});
  EXPECT_EQ(finish_all(study).size(), 2u);
  EXPECT_EQ(study.trials.size(), 2 * (4 + 2 * 3u));
}

TEST(Outlook, what_others_trained_changes_no_round) {
  StudySnapshot study = asked_for({race(five, 3, 0)});
  for (const double eta : five)
    for (std::uint32_t seed = 1; seed < 20; ++seed)
      study.trials.push_back(finished({0, {{eta}}, seed}, eta == 1 ? 0.99 : 0.2));
  finish_all(study);
  const Replay replayed = replay(study.asked[0], study, make_strategy);
  ASSERT_EQ(replayed.rounds.size(), 2u);
  for (const PlannedTrial& trial : replayed.rounds[1])
    EXPECT_NE(trial.key.setting, (Setting{{1.0}})) << "ranked by the first round's own seeds";
}

TEST(Outlook, a_race_that_grows_uses_what_is_there) {
  StudySnapshot study = asked_for({race(five, 2, 2)});
  finish_all(study);
  const std::size_t before = study.trials.size();
  study.asked.push_back(race(five, 4, 2));
  study.plan = study.asked.back();
  const auto rounds = finish_all(study);
  EXPECT_LT(study.trials.size() - before, 2 * (5 * 4 + 2 * 2u)) << "the first seeds are there already";
  EXPECT_EQ(outlook_of(study, make_strategy).planned_trials(), study.trials.size());
  std::set<TrialKey> once;
  for (const TrialRecord& trial : study.trials) EXPECT_TRUE(once.insert(trial.key).second);
}

TEST(Outlook, says_in_words_what_a_round_does) {
  StudySnapshot study = asked_for({race(five, 3, 2)});
  EXPECT_TRUE(outlook_of(study, make_strategy).words.empty()) << "the first round speaks for itself";
  finish(study, outlook_of(study, make_strategy).missing, near_a_tenth);
  EXPECT_THAT(outlook_of(study, make_strategy).words,
              testing::ElementsAre("one, two: more seeds for 2 of 5 settings"));
  finish(study, outlook_of(study, make_strategy).missing, near_a_tenth);
  EXPECT_THAT(outlook_of(study, make_strategy).words,
              testing::ElementsAre(testing::HasSubstr("one: 2 fresh seeds to confirm all="),
                                   testing::HasSubstr("two: 2 fresh seeds to confirm all=")));
}

}  // namespace
}  // namespace etalon
