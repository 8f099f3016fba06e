/// What every store must do, whatever it keeps its studies in. The tests of the suite lie in several files; a
/// new store is held to all of them by one more line at the end of conformance_test.cpp.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "etalon/storage/open.h"
#include "tests/storage/fixtures.h"

namespace etalon {

class StoreConformance : public testing::TestWithParam<std::string> {
 protected:
  StoreConformance() : store(open_store(where(), StoreAccess::create, clock)) {}

  std::string where() const { return GetParam() == "memory" ? "memory:" : folder.file("etalon.db"); }

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

  TemporaryFolder folder;
  ManualClock clock;
  std::unique_ptr<StudyStore> store;
};

}  // namespace etalon
