#include "etalon/running/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/storage/open_store.h"
#include "tests/running/forwarding_store.h"
#include "tests/running/studies.h"

namespace etalon {
namespace {

using testing::HasSubstr;

/// A store that hands out what was changed after it was written, with checksums that match.
class ForgedStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::function<void(StudySnapshot&)> forge = [](StudySnapshot&) {};
  std::function<void(std::vector<float>&)> forge_weights = [](std::vector<float>&) {};

  std::optional<StudySnapshot> load_study(const std::string& name) override {
    auto study = ForwardingStore::load_study(name);
    if (study) forge(*study);
    return study;
  }
  std::optional<std::vector<float>> load_weights(const std::string& study, const TrialKey& key) override {
    auto weights = ForwardingStore::load_weights(study, key);
    if (weights) forge_weights(*weights);
    return weights;
  }
};

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    Recorder recorder;
    prepared_.run(*memory_, recorder, stop_, {.keep_weights = true});
  }
  Verification verify(std::uint32_t sample = 100) {
    return verify_study(prepared_, store_, {.sample = sample}, stop_);
  }

  std::unique_ptr<StudyStore> memory_ = open_store("memory:", StoreAccess::create);
  ForgedStore store_{*memory_};
  std::atomic<bool> stop_{false};
  PreparedStudy prepared_{small_request()};
};

TEST_F(VerifyTest, finds_nothing_where_nothing_is_wrong) {
  const Verification whole = verify();
  EXPECT_EQ(whole.trials, 8u);
  EXPECT_EQ(whole.weights, 8u);
  EXPECT_EQ(whole.trained, 8u);
  EXPECT_EQ(whole.other_class, 0u);
  EXPECT_TRUE(whole.differences.empty());
  EXPECT_EQ(verify(3).trained, 3u);
  EXPECT_EQ(verify(0).trained, 0u);
}

TEST_F(VerifyTest, names_the_first_step_that_differs) {
  store_.forge = [](StudySnapshot& study) { study.trials[5].curve.loss[2] = 0.5f; };
  const Verification found = verify();
  ASSERT_EQ(found.differences.size(), 1u);
  EXPECT_EQ(found.differences[0].key, stored(*memory_).trials[5].key);
  EXPECT_THAT(found.differences[0].what, HasSubstr("loss of step 3: stored 0.5, trained "));
}

TEST_F(VerifyTest, compares_validation_and_length) {
  store_.forge = [](StudySnapshot& study) {
    study.trials[0].curve.epochs[0].validation_accuracy += 0.125;
    study.trials[1].curve.loss.pop_back();
  };
  const Verification found = verify();
  ASSERT_EQ(found.differences.size(), 2u);
  EXPECT_THAT(found.differences[0].what, HasSubstr("validation accuracy after epoch 1: stored "));
  EXPECT_EQ(found.differences[1].what, "steps: 7 stored, 8 trained");
}

TEST_F(VerifyTest, compares_kept_weights) {
  store_.forge_weights = [](std::vector<float>& weights) { weights[1] += 1; };
  const Verification found = verify(1);
  ASSERT_EQ(found.differences.size(), 1u);
  EXPECT_THAT(found.differences[0].what, HasSubstr("kept weights: 1 of "));
}

TEST_F(VerifyTest, another_numeric_class_is_said_not_failed) {
  store_.forge = [](StudySnapshot& study) { study.trials[3].numeric_class = "another"; };
  const Verification found = verify();
  EXPECT_EQ(found.other_class, 1u);
  EXPECT_EQ(found.trained, 7u);
  EXPECT_TRUE(found.differences.empty());
}

TEST_F(VerifyTest, stops_and_says_what_it_left_out) {
  stop_ = true;
  const Verification found = verify();
  EXPECT_EQ(found.trained, 0u);
  EXPECT_EQ(found.left_out, 8u);
}

TEST_F(VerifyTest, wants_a_study_that_is_there) {
  memory_->delete_study(prepared_.name());
  EXPECT_THROW(verify(), RequestError);
}

}  // namespace
}  // namespace etalon
