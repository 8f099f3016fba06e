#include "etalon/running/worker.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/base/version.h"
#include "etalon/running/prepare.h"
#include "etalon/storage/open_store.h"
#include "tests/running/studies.h"

namespace etalon {
namespace {

using testing::HasSubstr;

/// A request in which nothing is as it is by default.
StudyRequest rich_request() {
  StudyRequest request = small_request();
  request.sets = {"digits", "shapes"};
  request.augmentation = {"shift 2"};
  request.groups = {{"first", {"#1"}}, {"rest", {"dense"}}};
  request.training.optimizer.name = "adam";
  request.training.label_smoothing = 0.1;
  request.epochs = 2;
  request.study_seed = 9;
  request.study_name = "rich";
  return request;
}

class WorkerTest : public testing::Test {
 protected:
  StudySnapshot study(const StudyRequest& request) {
    PreparedStudy(request).open(*store_);
    return stored(*store_);
  }

  /// What a worker is told that must not train for `study`.
  static std::string refusal(const StudySnapshot& study, const WorkerRequest& request = {}) {
    try {
      prepare_worker(study, request);
    } catch (const RequestError& error) {
      return error.what();
    }
    return "none";
  }

  std::unique_ptr<StudyStore> store_ = open_store("memory:", StoreAccess::create);
};

TEST_F(WorkerTest, makes_the_same_study_from_the_store_alone) {
  const StudySnapshot made = study(rich_request());
  const PreparedStudy prepared = prepare_worker(made, {.sources = {}, .threads = 1});
  EXPECT_EQ(prepared.study().definition, made.definition);
  EXPECT_EQ(prepared.name(), "rich");
  EXPECT_EQ(prepared.preparation().request.threads, 1u);
  EXPECT_EQ(prepared.preparation().request.threads, 1u);
  EXPECT_EQ(prepared.study().plan, made.plan);
  EXPECT_EQ(prepared.planned_trials(), PreparedStudy(rich_request()).planned_trials());
}

TEST_F(WorkerTest, trains_and_concludes_what_somebody_else_asked_for) {
  const PreparedStudy prepared = prepare_worker(study(small_request()), {});
  const std::atomic<bool> stop{false};
  Recorder recorder;
  EXPECT_EQ(prepared.work(*store_, recorder, stop), StudyEnd::concluded);
  const auto alone = open_store("memory:", StoreAccess::create);
  Recorder other;
  run(small_request(), *alone, other);
  expect_same_results(stored(*alone), stored(*store_));
}

TEST_F(WorkerTest, of_another_version_is_refused) {
  StudySnapshot made = study(small_request());
  made.machine.etalon_version = "9.9.9";
  EXPECT_THAT(refusal(made), HasSubstr("made by Etalon 9.9.9"));
  EXPECT_THAT(refusal(made), HasSubstr(version));
}

TEST_F(WorkerTest, of_another_numerics_version_is_refused) {
  StudySnapshot made = study(small_request());
  made.definition.numerics_version = 77;
  EXPECT_THAT(refusal(made), HasSubstr("curves of numerics version 77"));
}

TEST_F(WorkerTest, that_does_not_know_a_strategy_is_refused) {
  StudySnapshot made = study(small_request());
  made.asked.push_back(made.plan);
  made.asked.back().strategy = "oracle";
  EXPECT_THAT(refusal(made), HasSubstr("the strategy 'oracle'"));
}

TEST_F(WorkerTest, with_other_data_is_refused) {
  StudySnapshot made = study(small_request());
  EXPECT_THAT(refusal(made, {.sources = {{"shapes", "digits"}}}),
              HasSubstr("other data at digits: fingerprint "));
  made.definition.sets[0].fingerprint = "0123456789abcdef";
  EXPECT_THAT(refusal(made), HasSubstr("expected fingerprint 0123456789ab"));
}

TEST_F(WorkerTest, with_a_source_for_an_unknown_set_is_refused) {
  EXPECT_THAT(refusal(study(small_request()), {.sources = {{"shape", "digits"}}}),
              HasSubstr("source shape=digits: received a set that study"));
}

TEST_F(WorkerTest, says_where_it_looked_for_data_that_is_not_there) {
  StudySnapshot made = study(small_request());
  EXPECT_THAT(refusal(made, {.sources = {{"shapes", "mnist:nowhere"}}}),
              HasSubstr("source shapes=mnist:DIR"));
  made.sets[0].source = "cifar10:far/away";
  EXPECT_THAT(refusal(made), HasSubstr("source shapes=cifar10:DIR"));
  made.sets[0].source = "mnist:far/away";
  const std::string text = refusal(made);
  EXPECT_THAT(text, HasSubstr("nothing at " + (std::filesystem::current_path() / "far/away").string()));
  EXPECT_THAT(text, HasSubstr("'mnist:far/away'"));
  EXPECT_THAT(text, HasSubstr("source shapes=mnist:DIR"));
}

}  // namespace
}  // namespace etalon
