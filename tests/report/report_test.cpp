#include "etalon/report/report.h"

#include <gtest/gtest.h>

#include "tests/report/fake_study.h"

TEST(Report, LinksAndWrites) {
  etalon::testing::FakeOptions options;
  options.steps_per_epoch = 700;
  options.seeds = 3;
  const auto study = etalon::testing::fake_study(options);
  etalon::write_report(study, etalon::testing::fake_judgement(study), {::testing::TempDir() + "/etalon-report", {}});
}
