#include "etalon/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "etalon/report/report.h"
#include "tests/report/fake_study.h"
#include "tests/report/golden.h"

namespace etalon::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

testing::FakeOptions small_options() {
  testing::FakeOptions options;
  options.etas = {0.01, 0.1, 1.0};
  options.seeds = 2;
  options.steps_per_epoch = 20;
  return options;
}

std::string page_of(const StudySnapshot& study) {
  const Judgement judgement = testing::fake_judgement(study);
  const StudyView view(study, judgement);
  return report_page(view, plan_plots(view));
}

TEST(Page, is_as_approved) {
  testing::expect_golden("report.md", page_of(testing::fake_study(small_options())));
}

TEST(Page, says_why_test_accuracy_is_not_measured) {
  StudySnapshot study = testing::fake_study(small_options());
  EXPECT_THAT(page_of(study), HasSubstr("Test accuracy not measured: the store holds no test result"));
  study.planned_trials += 5;
  EXPECT_THAT(page_of(study), HasSubstr("Test accuracy not measured: the study has not come to its end"));
  EXPECT_THAT(page_of(study), HasSubstr("**36 of 41 planned trials are finished.**"));
}

TEST(Page, test_accuracy_is_of_the_chosen_setting_alone) {
  StudySnapshot study = testing::fake_study(small_options());
  const Setting chosen = *testing::fake_judgement(study).recommendations[0].setting;
  study.tests = {
      {{0, chosen, 0}, 0.1, 0.97}, {{0, chosen, 1}, 0.1, 0.99}, {{0, {{0.01, 0.01}}, 0}, 0.1, 0.5}};
  EXPECT_THAT(page_of(study), HasSubstr("Test accuracy 98.00 ± 1.41 % (2 seeds)"));
}

StudySnapshot one_set_study() {
  testing::FakeOptions options = small_options();
  options.sets = {"shapes"};
  return testing::fake_study(options);
}

TEST(Page, says_how_sure_the_choice_is) {
  const StudySnapshot study = one_set_study();
  Judgement judgement = testing::fake_judgement(study);
  Recommendation& chosen = judgement.recommendations[0];
  const Setting other = chosen.setting == judgement.cells[0][0].setting ? judgement.cells[0][1].setting
                                                                        : judgement.cells[0][0].setting;
  chosen.equivalent = {*chosen.setting, other};
  chosen.certificate->p_best_of = {0.71, 0.2};
  chosen.certificate->current = Cost{other, 0.004, -0.001, 0.01};
  const StudyView view(study, judgement);
  const std::string page = certificate_part(view);
  EXPECT_THAT(
      page,
      HasSubstr("- About 3 in 4 to be the best; expected to lose 0.20 points against the best; within 1 "
                "point of the best: about 19 in 20; a run fails: under 1 %; one run in ten ends below"))
      << "odds of two seeds are coarse, too";
  EXPECT_THAT(page, HasSubstr("With 95 % probability the best of all is one of these 2: "));
  EXPECT_THAT(page, HasSubstr("(about 3 in 4); "));
  EXPECT_THAT(page,
              HasSubstr("One eta for all groups is not enough: 0.01 costs 2.3 points (95 %: 1.1 to 3.9)."));
  EXPECT_THAT(page, HasSubstr(" costs 0.4 points (95 %: -0.1 to 1.0), which may be nothing."));
  EXPECT_THAT(page,
              HasSubstr("- 1 min 0 s more would gain 0.12 points on average; 4 min 0 s more, 0.15 points."));
  EXPECT_THAT(page, HasSubstr("the same seeds that it was chosen by"));
}

TEST(Page, a_confirmed_accuracy_lists_its_fresh_seeds) {
  const StudySnapshot study = one_set_study();
  Judgement judgement = testing::fake_judgement(study);
  Recommendation& chosen = judgement.recommendations[0];
  std::uint32_t seed = first_confirmation_seed;
  for (const double accuracy : {0.9, 0.95}) {
    JudgedTrial trial;
    trial.key = {0, *chosen.setting, seed++};
    trial.verdict.accuracy = accuracy;
    judgement.trials.push_back(trial);
  }
  chosen.confirmed = true;
  chosen.validation_accuracy = {0.925, 0.035, 2};
  const StudyView view(study, judgement);
  EXPECT_THAT(
      certificate_part(view),
      HasSubstr("- Validation accuracy 92.5 % over 2 fresh seeds (90.0, 95.0 %), never used to choose.\n"));
  const auto json = nlohmann::json::parse(recommendation_json(study, judgement));
  EXPECT_EQ(json["recommendations"][0]["confirmation"].size(), 2U);
  EXPECT_EQ(json["recommendations"][0]["confirmation"][1]["validation_accuracy"], 0.95);
  EXPECT_THAT(methodology_part(view),
              HasSubstr("trained over 2 fresh seeds, which had no part in the choice"));
}

TEST(Page, without_a_certificate_it_says_why) {
  const StudySnapshot study = one_set_study();
  Judgement judgement = testing::fake_judgement(study);
  judgement.recommendations[0].certificate.reset();
  const StudyView view(study, judgement);
  EXPECT_THAT(certificate_part(view),
              HasSubstr("How sure the choice is was not measured: no setting is above chance."));
}

TEST(Page, test_accuracy_of_fewer_seeds_says_of_how_many) {
  StudySnapshot study = testing::fake_study(small_options());
  const Setting chosen = *testing::fake_judgement(study).recommendations[0].setting;
  study.tests = {{{0, chosen, 0}, 0.1, 0.97}};
  const std::string page = page_of(study);
  EXPECT_THAT(page, HasSubstr("- Test accuracy 97.00 % (over 1 of 2 seeds)"));
  EXPECT_THAT(page, HasSubstr("| 2 | 97.00 % (over 1 of 2 seeds) |")) << "in the overview too";
}

TEST(Page, a_target_that_was_missed_is_more_than_the_budget) {
  EXPECT_THAT(page_of(testing::fake_study(small_options())), HasSubstr("| >2 |"));
}

TEST(Page, counts_the_samples_of_the_trials_themselves) {
  StudySnapshot study = testing::fake_study(small_options());
  study.times.training_seconds = 10, study.times.samples_trained = 1000;
  const std::string page = page_of(study);
  EXPECT_THAT(page, HasSubstr("100 samples a second"));
  EXPECT_THAT(page, HasSubstr("276,480 samples in all")) << "36 trials of 7,680";
  const auto json = nlohmann::json::parse(recommendation_json(study, testing::fake_judgement(study)));
  EXPECT_EQ(json["samples_trained"], 276'480);
}

TEST(Page, one_seed_is_not_called_each) {
  testing::FakeOptions options = small_options();
  options.seeds = 1;
  const std::string page = page_of(testing::fake_study(options));
  EXPECT_THAT(page, HasSubstr("was trained for 2 epochs with one seed, under"));
  EXPECT_THAT(page, HasSubstr("- **Seeds**: 1 seed a setting (index 0)."));
  EXPECT_THAT(page, Not(HasSubstr("each of 1 ")));
}

TEST(Page, seeds_that_differ_from_setting_to_setting_are_a_range) {
  StudySnapshot study = testing::fake_study(small_options());
  std::erase_if(study.trials, [&](const TrialRecord& trial) {
    return trial.key.seed_index == 1 && trial.key.setting.values.front() == 0.01;
  });
  const std::string page = page_of(study);
  EXPECT_THAT(page, HasSubstr("was trained for 2 epochs with 1 to 2 seeds, under"));
  EXPECT_THAT(page, HasSubstr("- **Seeds**: 1 to 2 seeds a setting (indices 0 to 1)."));
}

/// Seven settings, of which a random search asked `trials`.
StudySnapshot random_study(std::uint32_t trials) {
  testing::FakeOptions options = small_options();
  options.settings = {{{0.01, 0.01}}, {{0.01, 0.1}}, {{0.02, 0.05}}, {{0.03, 0.02}},
                      {{0.1, 0.01}},  {{0.1, 0.1}},  {{0.2, 0.07}}};
  StudySnapshot study = testing::fake_study(options);
  study.plan.strategy = "random", study.plan.trials = trials;
  return study;
}

TEST(Page, a_random_search_is_told) {
  StudySnapshot study = random_study(7);
  study.plan.space.settings.clear();
  EXPECT_THAT(page_of(study),
              HasSubstr("- A **random search** of 7 settings within\n    - conv: `[0.01, 0.1, 1]`"));
}

TEST(Page, a_random_search_that_grew_another_one_says_how_many_settings_there_are) {
  const std::string page = page_of(random_study(3));
  EXPECT_THAT(page, HasSubstr("- A **list of 7 settings** of `eta` (the last asked by random search).\n"));
  EXPECT_THAT(page, Not(HasSubstr("search** of 3")));
}

TEST(Page, a_grown_search_that_is_not_done_says_how_many_settings_are_trained) {
  StudySnapshot study = random_study(3);
  std::erase_if(study.trials,
                [](const TrialRecord& trial) { return trial.key.setting.values.front() > 0.05; });
  EXPECT_THAT(page_of(study), HasSubstr("- A **list of 7 settings** of `eta` (the last asked by random "
                                        "search); 4 of them are trained so far.\n"));
}

TEST(Page, a_random_draw_from_a_list_says_both_numbers) {
  StudySnapshot study = random_study(2);
  std::erase_if(study.trials, [](const TrialRecord& trial) {
    return trial.key.setting.values.front() != 0.02 && trial.key.setting.values.front() != 0.03;
  });
  study.planned_trials = static_cast<std::uint32_t>(study.trials.size());
  EXPECT_THAT(page_of(study), HasSubstr("- A **random search** of 2 settings among a list of 7.\n"));
}

TEST(Page, a_list_of_settings_of_a_grid_is_counted) {
  StudySnapshot study = random_study(0);
  study.plan.strategy = "grid";
  EXPECT_THAT(page_of(study), HasSubstr("- A **list of 7 settings** of `eta`, and no others.\n"));
}

TEST(Page, no_trials_at_all_make_a_page_too) {
  StudySnapshot study = testing::fake_study(small_options());
  study.trials.clear();
  const std::string page = page_of(study);
  EXPECT_THAT(page, HasSubstr("No trial on this set is finished"));
  EXPECT_THAT(page, Not(HasSubstr("0.0 %\n")));
}

TEST(Page, all_diverged_recommends_nothing) {
  testing::FakeOptions options = small_options();
  options.etas = {1.0, 2.0};
  EXPECT_THAT(page_of(testing::fake_study(options)),
              HasSubstr("No `eta` is recommended. Every trial diverged"));
}

TEST(Page, odd_names_are_taken_literally) {
  StudySnapshot study = testing::fake_study(small_options());
  study.sets[0].name = "a|b_c<i>";
  EXPECT_THAT(page_of(study), HasSubstr("### a\\|b\\_c\\<i\\>\n"));
  EXPECT_THAT(page_of(study), Not(HasSubstr("<i>")));
}

TEST(Page, dates_stand_on_one_line) {
  StudySnapshot study = testing::fake_study(small_options());
  const std::string before = page_of(study);
  study.times.started_unix_millis += 86'400'000, study.times.finished_unix_millis += 86'400'000;
  const std::string after = page_of(study);
  const auto line = before.find("*Study begun");
  EXPECT_EQ(before.substr(0, line), after.substr(0, line));
  EXPECT_NE(before, after);
}

TEST(Certificate, is_as_approved) {
  const StudySnapshot study = testing::fake_study(small_options());
  testing::expect_golden("recommendation.json", recommendation_json(study, testing::fake_judgement(study)));
}

TEST(Certificate, what_was_not_measured_is_null) {
  testing::FakeOptions options = small_options();
  options.etas = {1.0, 2.0};
  const StudySnapshot study = testing::fake_study(options);
  const auto json = nlohmann::json::parse(recommendation_json(study, testing::fake_judgement(study)));
  const auto& first = json["recommendations"][0];
  EXPECT_TRUE(first["eta"].is_null());
  EXPECT_TRUE(first["validation_accuracy"].is_null());
  EXPECT_TRUE(first["p_best"].is_null());
  EXPECT_TRUE(first["test_accuracy"]["mean"].is_null());
  EXPECT_TRUE(first["cells"][0]["validation_loss"]["mean"].is_null());
}

TEST(Page, tells_all_that_is_varied) {
  testing::FakeOptions options;
  options.sets = {"shapes"};
  options.etas = {0.01, 0.1};
  options.axes = {testing::varied(Quantity::weight_decay, "conv", {0, 1e-3}),
                  testing::varied(Quantity::batch, "", {32, 64})};
  const StudySnapshot study = testing::fake_study(options);
  const std::string page = page_of(study);
  for (const char* words :
       {"| data set | eta of conv | eta of full | weight decay of conv | batch |",
        "    - weight decay of conv: `[0, 0.001]`\n", "weight decay as each setting says (of other groups 0)",
        "minibatches of the size that each setting says",
        "<summary>Mean accuracy by every two of what was varied</summary>",
        "weight decay of conv and batch, all else at the choice (conv 0.1, full 0.01)"})
    EXPECT_THAT(page, HasSubstr(words));
  EXPECT_EQ(page.find("of `eta`, and no others"), std::string::npos);
}

}  // namespace
}  // namespace etalon::report
