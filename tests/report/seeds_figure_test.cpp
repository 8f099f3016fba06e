#include "etalon/report/seeds_figure.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/report/accuracy_axis.h"
#include "etalon/report/accuracy_map.h"
#include "etalon/report/page.h"
#include "etalon/report/trade_off_figure.h"
#include "tests/report/fake_study.h"

namespace etalon::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Fake {
  StudySnapshot study;
  Judgement judgement;
  StudyView view;
  explicit Fake(const testing::FakeOptions& options = {})
      : study(testing::fake_study(options)),
        judgement(testing::fake_judgement(study)),
        view(study, judgement) {}
};

std::ptrdiff_t count(const Figure& figure, DotRole role) {
  return std::count_if(figure.dots.begin(), figure.dots.end(),
                       [&](const Dot& dot) { return dot.role == role; });
}

/// Cells of 1 seed beside cells of 16, and 8 that confirm the most accurate one.
testing::FakeOptions uneven() {
  testing::FakeOptions options;
  options.uneven_seeds = {1, 16, 2, 4, 1};
  options.confirmed = {{{0.1, 0.01}}};
  return options;
}

TEST(SeedsFigure, has_a_dot_for_every_seed_and_a_row_for_every_setting) {
  const Fake fake(uneven());
  const Figure figure = *seeds_figure(fake.view, 0);
  std::size_t seeds = 0, failed = 0;
  for (const CellView& cell : fake.view.sets()[0].cells) {
    seeds += cell.seeds.size();
    for (const SeedView& seed : cell.seeds) failed += seed.failed();
  }
  EXPECT_GT(failed, 0u);
  EXPECT_EQ(count(figure, DotRole::seed), static_cast<std::ptrdiff_t>(seeds - failed));
  EXPECT_EQ(count(figure, DotRole::failed), static_cast<std::ptrdiff_t>(failed));
  EXPECT_EQ(count(figure, DotRole::confirmation), 8);
  EXPECT_EQ(figure.y.ticks.size(), 16u);
  EXPECT_EQ(figure.bands.size(), 1u) << "the choice is shaded";
}

TEST(SeedsFigure, the_best_setting_stands_on_top_with_its_number_of_seeds) {
  const Fake fake(uneven());
  const Figure figure = *seeds_figure(fake.view, 0);
  const auto best = std::max_element(fake.judgement.cells[0].begin(), fake.judgement.cells[0].end(),
                                     [](const auto& a, const auto& b) {
                                       return a.accuracy.mean.value_or(-1) < b.accuracy.mean.value_or(-1);
                                     });
  const auto top = std::max_element(figure.y.ticks.begin(), figure.y.ticks.end(),
                                    [](const Tick& a, const Tick& b) { return a.at < b.at; });
  EXPECT_EQ(top->label, fmt::format("conv {:g}, full {:g} ({})", best->setting.values[0],
                                    best->setting.values[1], best->seeds));
  EXPECT_TRUE(std::any_of(figure.y.ticks.begin(), figure.y.ticks.end(), [](const Tick& tick) {
    return tick.label.starts_with("conv 0.1, full 0.01 (") && tick.label.ends_with(" + 8)");
  }));
}

TEST(SeedsFigure, every_dot_and_stroke_lies_within_its_axes) {
  for (const std::vector<double>& etas :
       {std::vector{0.001, 0.01, 0.1, 1.0}, std::vector{1.0, 2.0}, std::vector{0.1}}) {
    testing::FakeOptions options = uneven();
    options.etas = etas;
    const Fake fake(options);
    const Figure figure = *seeds_figure(fake.view, 0);
    const auto within = [&](const Place& place) {
      return place.x >= figure.x.from && place.x <= figure.x.to && place.y >= figure.y.from &&
             place.y <= figure.y.to;
    };
    EXPECT_TRUE(
        std::all_of(figure.dots.begin(), figure.dots.end(), [&](const Dot& dot) { return within(dot.at); }));
    for (const Line& line : figure.lines)
      EXPECT_TRUE(std::all_of(line.points.begin(), line.points.end(), within));
  }
}

TEST(SeedsFigure, seeds_of_one_result_do_not_hide_each_other) {
  testing::FakeOptions options = uneven();
  Fake fake(options);
  for (JudgedTrial& trial : fake.judgement.trials) trial.verdict.accuracy = 0.9;
  const Figure figure = *seeds_figure(StudyView(fake.study, fake.judgement), 0);
  std::multiset<std::pair<double, double>> places;
  for (const Dot& dot : figure.dots)
    if (dot.role == DotRole::seed) places.insert({dot.at.x, dot.at.y});
  std::size_t most = 0;
  for (const auto& place : places) most = std::max(most, places.count(place));
  EXPECT_LE(most, 4u) << "16 equal seeds share 5 places alike";
}

TEST(SeedsFigure, the_choice_is_shown_however_many_are_more_accurate) {
  testing::FakeOptions options;
  options.settings.clear();
  for (int i = 0; i < 40; ++i) options.settings.push_back({{0.001 * (i + 1), 0.001}});
  options.seeds = 1;
  Fake fake(options);
  fake.judgement.recommendations[0].setting = options.settings.front();
  const StudyView view(fake.study, fake.judgement);
  const Figure figure = *seeds_figure(view, 0);
  EXPECT_EQ(figure.y.ticks.size(), most_strips);
  EXPECT_EQ(figure.bands.size(), 1u);
  EXPECT_THAT(figure.subtitle.back(), HasSubstr("15 settings"));
}

TEST(SeedsFigure, no_finished_trial_is_no_figure) {
  Fake fake;
  fake.study.trials.clear();
  const Judgement judgement = testing::fake_judgement(fake.study);
  EXPECT_FALSE(seeds_figure(StudyView(fake.study, judgement), 0));
}

TEST(ErrorAxis, a_perfect_score_has_a_place_and_ticks_lie_within) {
  for (const auto& [low, high] :
       {std::pair{0.1, 1.0}, {0.97, 0.98}, {0.5, 0.5}, {0.0, 0.0}, {1.0, 1.0}, {0.1, 0.9999}}) {
    const ErrorAxis axis = error_axis("", low, high, 1000);
    EXPECT_LT(axis.axis.from, axis.place(low));
    EXPECT_GT(axis.axis.to, axis.place(high));
    EXPECT_GE(axis.axis.ticks.size(), 1u) << low << " to " << high;
    for (const Tick& tick : axis.axis.ticks) {
      EXPECT_TRUE(tick.at >= axis.axis.from && tick.at <= axis.axis.to) << tick.label;
      EXPECT_NEAR(axis.place(std::stod(tick.label) / 100), tick.at, 1e-9) << tick.label;
    }
  }
}

TEST(UnevenSeeds, confirmation_is_no_tuning) {
  const Fake fake(uneven());
  for (const CellView& cell : fake.view.sets()[0].cells) {
    EXPECT_EQ(cell.seeds.size(), cell.summary->seeds);
    const bool confirmed = cell.summary->setting == Setting{{0.1, 0.01}};
    EXPECT_EQ(cell.confirmation.size(), confirmed ? 8u : 0u);
  }
  const auto page = report_page(fake.view, plan_plots(fake.view));
  EXPECT_THAT(page, HasSubstr("1 to 16 seeds a setting (indices 0 to 15)"));
  EXPECT_THAT(page, Not(HasSubstr("indices 0 to 10007")));
}

TEST(UnevenSeeds, a_map_says_how_many_seeds_stand_behind_each_cell) {
  const Fake fake(uneven());
  std::set<std::uint32_t> counts;
  const auto maps = accuracy_maps(fake.view, 0);
  for (const HeatCell& cell : maps.front().cells) {
    counts.insert(cell.seeds);
    const std::string number = std::to_string(cell.seeds);
    EXPECT_TRUE(cell.count == "n=" + number || cell.detail.ends_with("of " + number + " failed")) << number;
    EXPECT_TRUE(cell.seeds > 1 || cell.detail.find("±") == std::string::npos);
  }
  EXPECT_EQ(counts, (std::set<std::uint32_t>{1, 2, 4, 16}));
}

TEST(UnevenSeeds, a_spread_is_never_printed_without_its_seeds) {
  const Fake fake(uneven());
  const auto page = report_page(fake.view, plan_plots(fake.view));
  std::size_t spreads = 0;
  for (std::size_t at = page.find("Validation accuracy "); at != std::string::npos;
       at = page.find("Validation accuracy ", at + 1)) {
    const std::string line = page.substr(at, page.find('\n', at) - at);
    if (line.find("±") == std::string::npos) continue;
    ++spreads;
    EXPECT_THAT(line, ::testing::ContainsRegex("[0-9]+ seeds")) << line;
  }
  EXPECT_GT(spreads, 4u);
}

TEST(UnevenSeeds, the_test_accuracy_is_of_confirmation_seeds_where_there_are_any) {
  Fake fake(uneven());
  const Setting chosen = *fake.judgement.recommendations[0].setting;
  fake.study.tests = {{{0, chosen, 0}, 0.1, 0.5}, {{0, chosen, first_confirmation_seed}, 0.1, 0.9}};
  const Spread test = StudyView(fake.study, fake.judgement).test_accuracy(0);
  EXPECT_EQ(test.count, 1u);
  EXPECT_EQ(test.mean, 0.9);
}

}  // namespace
}  // namespace etalon::report
