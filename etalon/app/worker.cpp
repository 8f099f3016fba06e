#include "etalon/running/worker.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/machine_request.h"
#include "etalon/app/open_watched.h"
#include "etalon/app/output.h"
#include "etalon/app/shell.h"
#include "etalon/app/study_end.h"
#include "etalon/app/values.h"
#include "etalon/base/clock.h"
#include "etalon/base/text.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

using Json = nlohmann::ordered_json;

WorkOptions work_options(const WorkerArguments& arguments) {
  WorkOptions options;
  if (arguments.checkpoint)
    options.checkpoint_seconds = checkpoint_seconds(*arguments.checkpoint, "--checkpoint");
  if (arguments.lease) options.lease_seconds = lease_seconds(*arguments.lease, "--lease");
  options.keep_weights = arguments.keep_weights;
  return options;
}

/// The first study that has not concluded and is not in `seen`.
std::optional<std::string> next_study(StudyStore& store, const std::set<std::string>& seen) {
  for (const StudySummary& study : store.list_studies())
    if (!study.concluded && !seen.contains(study.name)) return study.name;
  return std::nullopt;
}

/// Of one process: the studies that it works on, one after the other.
class Work {
 public:
  Work(const WorkerArguments& arguments, const std::vector<std::string>& words, const Run& run)
      : words_(words),
        run_(run),
        where_(arguments.store.value_or("etalon.db")),
        request_(machine_request(arguments.data, arguments.threads, arguments.memory)),
        options_(work_options(arguments)),
        // Opened for reading first: a store that is missing is not made by a worker.
        chosen_(choose_studies(*open_watched(where_, StoreAccess::read, run.display), arguments)),
        store_(open_watched(where_, StoreAccess::create, run.display)) {}

  ExitCode run() {
    if (chosen_) {
      if (!work_on(*chosen_)) return interrupted(*chosen_);
      return ExitCode::done;
    }
    std::set<std::string> seen;
    std::optional<RequestError> refusal;
    while (const auto name = next_study(*store_, seen)) {
      seen.insert(*name);
      try {
        if (!work_on(*name)) return interrupted(*name);
      } catch (const RequestError& error) {  // the data of one study may lie on other machines alone
        run_.display.note(error.what());
        refusal = error;
      }
    }
    if (refusal) throw RequestError(*refusal);
    return ExitCode::done;
  }

  Json summary() const { return {{"store", shown_store(where_)}, {"studies", ends_}}; }
  bool idle() const { return ends_.empty(); }

 private:
  /// Nothing: all that have not concluded.
  std::optional<std::string> choose_studies(StudyStore& store, const WorkerArguments& arguments) const {
    if (arguments.study) return choose_study_name(store, where_, arguments.study).name;
    if (store.list_studies().empty()) choose_study_name(store, where_, std::nullopt);  // refuses
    return std::nullopt;
  }

  /// False where it was interrupted.
  bool work_on(const std::string& name) {
    const auto study = store_->load_study(name);
    if (!study) return true;  // deleted meanwhile
    PreparedStudy prepared = prepare_worker(*study, request_);
    const StudyEnd end = end_of(prepared);
    if (end == StudyEnd::interrupted) return false;
    run_.display.note(fmt::format("study {} has concluded", short_name(name)));
    ends_.push_back({{"study", shown_name(name)},
                     {"end", end == StudyEnd::concluded ? "concluded" : "already complete"}});
    return true;
  }

  StudyEnd end_of(const PreparedStudy& prepared) {
    try {
      return prepared.work(*store_, run_.display, run_.interrupts.flag(), options_);
    } catch (const Interrupted&) {  // while the store did not answer
      return StudyEnd::interrupted;
    }
  }

  ExitCode interrupted(const std::string& name) const {
    return leave_interrupted(run_, *store_, where_, name, shell_line(words_));
  }

  const std::vector<std::string>& words_;
  const Run& run_;
  const std::string where_;
  const WorkerRequest request_;
  const WorkOptions options_;
  const std::optional<std::string> chosen_;
  const std::unique_ptr<StudyStore> store_;
  Json ends_ = Json::array();
};

}  // namespace

ExitCode run_worker(const WorkerArguments& arguments, const std::vector<std::string>& words) {
  const InterruptWatch interrupts("resume with\n  " + shell_line(words));
  const auto display = make_display(arguments.quiet);
  const Run run{arguments, *display, interrupts, system_clock().steady_seconds()};
  Work work(arguments, words, run);
  const ExitCode code = work.run();
  if (code != ExitCode::done) return code;
  if (work.idle()) display->note("every study has concluded: nothing is left to train");
  display->close();
  if (arguments.json) print_json(work.summary());
  return code;
}

}  // namespace etalon
