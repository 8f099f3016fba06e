#include "etalon/report/trade_off_figure.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/report/figure_layout.h"
#include "tests/report/fake_study.h"

namespace etalon::report {
namespace {

using testing::fake_judgement;
using testing::fake_study;
using testing::FakeOptions;

struct Fake {
  StudySnapshot study;
  Judgement judgement;
  StudyView view;
  explicit Fake(const FakeOptions& options = {})
      : study(fake_study(options)), judgement(fake_judgement(study)), view(study, judgement) {}
};

std::size_t count(const Figure& figure, DotRole role) {
  return static_cast<std::size_t>(std::count_if(figure.dots.begin(), figure.dots.end(),
                                                [&](const Dot& dot) { return dot.role == role; }));
}

std::size_t count(const Figure& figure, LineRole role) {
  return static_cast<std::size_t>(std::count_if(figure.lines.begin(), figure.lines.end(),
                                                [&](const Line& line) { return line.role == role; }));
}

TEST(TradeOff, tells_choice_eligible_and_diverged_apart) {
  const Fake fake;
  const auto figure = trade_off_figure(fake.view, 0);
  ASSERT_TRUE(figure);
  EXPECT_EQ(count(*figure, DotRole::chosen), 1u);
  EXPECT_EQ(figure->dots.back().role, DotRole::chosen) << "drawn on top";
  EXPECT_EQ(count(*figure, DotRole::eligible), fake.judgement.recommendations[0].eligible.size() - 1);
  EXPECT_EQ(count(*figure, DotRole::diverged), 1u) << "4 at one place are one cross";
  EXPECT_TRUE(std::any_of(figure->dots.begin(), figure->dots.end(), [](const Dot& dot) {
    return dot.role == DotRole::diverged && dot.label == "4 settings";
  }));
  EXPECT_EQ(count(*figure, LineRole::front), 1u);
}

/// The judge's word on `cell` of set 0: its median missed the target, whatever number stands beside it.
void miss_target(Judgement& judgement, const Setting& cell) {
  for (CellSummary& summary : judgement.cells[0])
    if (summary.setting == cell) summary.median_loss_target = EpochsToTarget{1.3, false};
  for (TradeOff& point : judgement.recommendations[0].trade_offs)
    if (point.setting == cell) point.epochs_to_target = 1.3;
}

TEST(TradeOff, a_missed_target_stands_hollow_at_the_budget_in_the_colour_of_its_role) {
  Fake fake;
  const Recommendation& found = fake.judgement.recommendations[0];
  const Setting chosen = *found.setting, plain{{0.001, 0.001}};
  const auto other = std::find_if(found.eligible.begin(), found.eligible.end(),
                                  [&](const Setting& setting) { return setting != chosen; });
  ASSERT_NE(other, found.eligible.end());
  for (const Setting& setting : {chosen, *other, plain}) miss_target(fake.judgement, setting);
  for (std::size_t i = 0; i < found.trade_offs.size(); ++i)
    fake.judgement.recommendations[0].trade_offs[i].instability = 0.1 * static_cast<double>(i + 1);
  const auto figure = trade_off_figure(StudyView(fake.study, fake.judgement), 0);
  std::multiset<DotRole> hollow;
  for (const Dot& dot : figure->dots) {
    EXPECT_NE(dot.at.x, 1.3);
    if (!dot.hollow) continue;
    hollow.insert(dot.role);
    EXPECT_EQ(dot.at.x, 2) << "the budget";
  }
  EXPECT_EQ(hollow.count(DotRole::chosen), 1u);
  EXPECT_EQ(hollow.count(DotRole::eligible), 1u);
  EXPECT_GE(hollow.count(DotRole::plain), 1u);
  EXPECT_EQ(hollow.count(DotRole::diverged), 0u) << "a cross is no circle";
  for (const Line& line : figure->lines)
    for (const Place& place : line.points) EXPECT_NE(place.x, 1.3);
  EXPECT_TRUE(std::any_of(figure->legend.begin(), figure->legend.end(),
                          [](const LegendEntry& entry) { return entry.hollow; }));
}

TEST(TradeOff, nothing_missed_is_nothing_hollow) {
  FakeOptions options;
  options.etas = {0.03, 0.1};
  const Fake fake(options);
  const auto figure = trade_off_figure(fake.view, 0);
  EXPECT_TRUE(
      std::none_of(figure->dots.begin(), figure->dots.end(), [](const Dot& dot) { return dot.hollow; }));
  EXPECT_TRUE(std::none_of(figure->legend.begin(), figure->legend.end(),
                           [](const LegendEntry& entry) { return entry.hollow; }));
}

/// A study of one group whose trade-offs are given: {epochs to the target, instability}.
Figure trade_off_of(const std::vector<Place>& places) {
  FakeOptions options;
  options.settings.clear();
  for (std::size_t i = 0; i < places.size(); ++i)
    options.settings.push_back({{0.01 + 0.001 * static_cast<double>(i), 0.1}});
  Fake fake(options);
  Recommendation& found = fake.judgement.recommendations[0];
  found.setting = options.settings.front();
  found.trade_offs.clear();
  for (std::size_t i = 0; i < places.size(); ++i)
    found.trade_offs.push_back({options.settings[i], places[i].x, places[i].y, 0, i == 0, i == 0});
  return *trade_off_figure(StudyView(fake.study, fake.judgement), 0);
}

TEST(TradeOff, no_instability_at_all_stands_at_zero) {
  for (const std::vector<Place>& places : {std::vector<Place>{{0.3, 0}}, {{0.3, 0}, {0.5, 0}, {0.7, 0}}}) {
    const Figure figure = trade_off_of(places);
    EXPECT_EQ(figure.y.scale, Scale::linear);
    EXPECT_EQ(figure.y.from, 0);
    EXPECT_EQ(figure.y.ticks.front().label, "0");
    for (const Dot& dot : figure.dots) EXPECT_EQ(dot.at.y, 0);
  }
}

TEST(TradeOff, zero_stands_apart_at_the_foot_of_a_logarithmic_axis) {
  const Figure figure = trade_off_of({{0.3, 0}, {0.5, 0.004}, {0.7, 0.5}});
  EXPECT_EQ(figure.y.scale, Scale::log);
  const Tick foot = figure.y.ticks.front();
  EXPECT_EQ(foot.label, "< 0.001");
  EXPECT_EQ(figure.dots.back().at.y, foot.at) << "the choice, drawn on top";
  EXPECT_LT(figure.y.from, foot.at);
  EXPECT_LT(foot.at, 0.004);
  for (const Tick& tick : figure.y.ticks)
    EXPECT_TRUE(tick.label == foot.label || tick.at > 1.2 * foot.at) << tick.label;
}

TEST(TradeOff, one_point_has_axes_that_can_be_read) {
  const Figure figure = trade_off_of({{0.3, 0.01}});
  for (const FigureAxis* axis : {&figure.x, &figure.y}) {
    EXPECT_GE(axis->ticks.size(), 2u);
    std::set<std::string> labels;
    for (const Tick& tick : axis->ticks) labels.insert(tick.label);
    EXPECT_EQ(labels.size(), axis->ticks.size());
  }
  EXPECT_GE(figure.x.to / figure.x.from, 1.2)
      << "wide enough that nobody takes a thousandth for a difference";
}

TEST(TradeOff, points_at_one_place_are_counted) {
  const Figure figure =
      trade_off_of({{0.3, 0.1}, {0.3, 0.1}, {0.3, 0.1}, {0.6, 0.3}, {0.6, 0.3}, {0.9, 0.2}});
  EXPECT_EQ(figure.dots.size(), 3u);
  EXPECT_THAT(figure.dots.back().label, ::testing::EndsWith(" and 2 more"));
  EXPECT_TRUE(std::any_of(figure.dots.begin(), figure.dots.end(),
                          [](const Dot& dot) { return dot.label == "2 settings"; }));
}

TEST(TradeOff, no_label_lies_on_a_dot_or_on_another_label) {
  FakeOptions options;
  options.etas.clear();
  for (int i = 0; i < 8; ++i) options.etas.push_back(0.001 * std::pow(2.0, i));
  const Fake fake(options);
  const Figure figure = *trade_off_figure(fake.view, 0);
  const FigureLayout layout = layout_of(figure);
  const auto sides = label_sides(figure, layout);
  EXPECT_TRUE(sides.back()) << "the choice has its name";
  std::vector<Box> labels;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (!sides[i]) continue;
    const Box box = label_box(pixel_of(figure, layout, figure.dots[i].at), figure.dots[i].label, *sides[i]);
    for (const Box& other : labels) EXPECT_FALSE(box.meets(other)) << figure.dots[i].label;
    for (const Dot& dot : figure.dots) {
      const Place at = pixel_of(figure, layout, dot.at);
      EXPECT_FALSE(box.meets({at.x - 4, at.x + 4, at.y - 4, at.y + 4})) << figure.dots[i].label;
    }
    labels.push_back(box);
  }
  EXPECT_GE(labels.size(), 4u);
}

TEST(TradeOff, without_measured_speed_there_is_none) {
  Fake fake;
  Judgement judgement = fake.judgement;
  judgement.recommendations[0].trade_offs.clear();
  EXPECT_FALSE(trade_off_figure(StudyView(fake.study, judgement), 0));
}

}  // namespace
}  // namespace etalon::report
