#include "etalon/app/follow.h"

#include <chrono>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "etalon/app/sbatch_script.h"
#include "etalon/base/error.h"
#include "etalon/storage/open_store.h"

namespace etalon {
namespace {

StudySnapshot small_study() {
  StudySnapshot study;
  study.name = "small";
  study.definition.sets = {{"shapes", "0"}};
  study.sets.resize(1);
  study.sets[0].name = "shapes";
  study.planned_trials = 1;
  return study;
}

struct Followed {
  std::unique_ptr<StudyStore> store = open_store("memory:", StoreAccess::create);
  std::unique_ptr<ProgressDisplay> display = make_silent_display();
  InterruptWatch interrupts;
  FollowOptions options{.seconds_between_looks = 0.01, .seconds_between_questions = 0.01};
  Followed() {
    store->save_study(small_study());
    store->plan_trials("small", std::vector{PlannedTrial{{0, Setting{{0.1, 0.1}}, 0}, 1, 0}});
  }
  FollowEnd follow() { return follow_study(*store, "small", *display, interrupts, options); }
};

TEST(Follow, asked_twice_before_a_study_counts_as_deserted) {
  Followed followed;
  int asked = 0;
  followed.options.more_to_come = [&] { return ++asked == 2; };  // once it was only late
  EXPECT_EQ(followed.follow(), FollowEnd::deserted);
  EXPECT_EQ(asked, 4);
}

TEST(Follow, nobody_asks_while_a_worker_is_there) {
  Followed followed;
  followed.store->enlist("small", {.id = 7, .process = this_process(), .etalon_version = "1"});
  followed.options.more_to_come = [&]() -> bool { throw Failure({"nobody", "a question", "none", ""}); };
  std::thread stopper([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    std::raise(SIGTERM);
  });
  EXPECT_EQ(followed.follow(), FollowEnd::interrupted);
  stopper.join();
}

TEST(Follow, a_study_that_is_deleted_is_a_failure) {
  Followed followed;
  followed.options.more_to_come = [&] {
    followed.store->delete_study("small");
    return true;
  };
  EXPECT_THROW(followed.follow(), Failure);
}

TEST(SbatchScript, quotes_what_has_spaces) {
  SlurmJob job;
  job.job_name = "a \"b\"";
  job.folder = "/home/my study";
  job.worker = {"/opt/my programs/etalon", "worker"};
  const std::string script = sbatch_script(job);
  EXPECT_NE(script.find("#SBATCH --job-name=\"a \\\"b\\\"\"\n"), std::string::npos) << script;
  EXPECT_NE(script.find("#SBATCH --chdir=\"/home/my study\"\n"), std::string::npos) << script;
  EXPECT_NE(script.find("exec '/opt/my programs/etalon' worker --threads"), std::string::npos) << script;
}

}  // namespace
}  // namespace etalon
