#include "etalon/report/report.h"

#include <gtest/gtest.h>

#include "tests/report/fake_study.h"

TEST(Report, LinksAndWrites) {
  const auto study = etalon::testing::fake_study();
  etalon::write_report(study, etalon::testing::fake_judgement(study),
                       {::testing::TempDir() + "/etalon-report", {}});
}
