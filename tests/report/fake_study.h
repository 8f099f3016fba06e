/// A study that was never trained: plausible curves of slow, good, unstable and diverging settings, made from
/// formulas, and a judgement by hand. The same bits everywhere.
#pragma once

#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon::testing {

struct FakeOptions {
  std::vector<std::string> sets{"shapes", "digits"};
  std::vector<LayerGroup> groups = default_groups();
  std::vector<double> etas{0.001, 0.01, 0.1, 1.0};  ///< of every group
  std::vector<AxisValues> axes;                     ///< besides
  std::vector<Setting> settings;                    ///< instead of the grid, if not empty
  std::uint32_t seeds = 3;
  std::vector<std::uint32_t> uneven_seeds;  ///< instead, of one setting after the other, again from the start
  std::vector<Setting> confirmed;           ///< with `confirmation_seeds` more that confirm
  std::uint32_t confirmation_seeds = 8;
  std::uint32_t epochs = 2;
  std::uint32_t steps_per_epoch = 60;
};

/// For FakeOptions::axes.
AxisValues varied(Quantity quantity, const std::string& group, const std::vector<double>& values);

StudySnapshot fake_study(const FakeOptions& options = {});

/// Roughly what the judge would say; the choice is the most accurate cell without divergence.
Judgement fake_judgement(const StudySnapshot& study);

}  // namespace etalon::testing
