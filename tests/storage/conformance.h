/// What every store must do, whatever it keeps its studies in. The tests of the suite lie in several files; a
/// new store is held to all of them by one more line at the end of conformance_test.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "etalon/storage/open_store.h"
#include "tests/storage/fixtures.h"
#include "tests/storage/postgresql_server.h"

namespace etalon {

/// "memory", "sqlite" or "postgresql", and a place where a store of that kind can be made.
class StorePlace {
 public:
  explicit StorePlace(const std::string& kind) : kind_(kind) {
    if (kind == "postgresql" && why_missing().empty())
      database_ = std::make_unique<PostgresqlDatabaseForTest>();
  }
  std::string where() const {
    if (kind_ == "memory") return "memory:";
    return database_ ? database_->address() : folder_.file("etalon.db");
  }
  /// Why there can be none here; empty if there can.
  std::string why_missing() const { return kind_ == "postgresql" ? why_no_postgresql() : ""; }

 private:
  std::string kind_;
  TemporaryFolder folder_;
  std::unique_ptr<PostgresqlDatabaseForTest> database_;
};

inline const std::vector<std::string> store_kinds = {"memory", "sqlite", "postgresql"};

class StoreConformance : public testing::TestWithParam<std::string> {
 protected:
  StoreConformance() : place(GetParam()) {
    if (place.why_missing().empty()) store = open_store(where(), StoreAccess::create, clock);
  }
  void SetUp() override {
    if (!place.why_missing().empty()) GTEST_SKIP() << place.why_missing();
  }

  std::string where() const { return place.where(); }

  /// The same content, from the disk where there is one.
  void reopen() {
    if (GetParam() == "memory") return;
    store.reset();
    store = open_store(where(), StoreAccess::create, clock);
  }

  void plan(std::initializer_list<std::uint32_t> numbers, std::uint32_t round = 0,
            const std::string& study = "some study") {
    std::vector<PlannedTrial> trials;
    for (const std::uint32_t number : numbers) trials.push_back(planned(some_trial(number), round));
    store->plan_trials(study, trials);
  }

  /// Plans, claims and finishes trial `number`.
  void finish_some(std::uint32_t number, const std::string& study = "some study") {
    Hand hand(*store, study);
    hand.finish(some_trial(number), some_weights(number));
    store->dismiss(hand.worker());
  }

  StudySnapshot load(const std::string& name = "some study") { return store->load_study(name).value(); }

  StorePlace place;
  ManualClock clock;
  std::unique_ptr<StudyStore> store;
};

}  // namespace etalon
