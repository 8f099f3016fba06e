#include "etalon/running/worker.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/open_watched.h"
#include "etalon/app/output.h"
#include "etalon/app/shell.h"
#include "etalon/app/study_end.h"
#include "etalon/base/clock.h"
#include "etalon/base/text.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

using Json = nlohmann::ordered_json;

/// The first study that has not concluded and is not in `seen`.
std::optional<std::string> next_study(StudyStore& store, const std::set<std::string>& seen) {
  for (const StudySummary& study : store.list_studies())
    if (!study.concluded && !seen.contains(study.name)) return study.name;
  return std::nullopt;
}

/// Of one process: the studies that it works on, one after the other.
class Work {
 public:
  explicit Work(const Run& run)
      : run_(run),
        request_(run.request),
        // Opened for reading first: a store that is missing is not made by a worker.
        chosen_(choose_studies(*open_watched(request_.store, StoreAccess::read, run.display))),
        store_(open_watched(request_.store, StoreAccess::create, run.display)) {}

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
        run_.display.note(to_text(error.complaint(), request_.field_names()));
        refusal = error;
      }
    }
    if (refusal) throw RequestError(*refusal);
    return ExitCode::done;
  }

  Json summary() const { return {{"store", shown_store(request_.store)}, {"studies", ends_}}; }
  bool idle() const { return ends_.empty(); }

 private:
  /// Nothing: all that have not concluded.
  std::optional<std::string> choose_studies(StudyStore& store) const {
    const std::string& asked = request_.study.study_name;
    if (!asked.empty()) return choose_study_name(store, request_.store, asked).name;
    if (store.list_studies().empty()) choose_study_name(store, request_.store, "");  // refuses
    return std::nullopt;
  }

  /// False where it was interrupted.
  bool work_on(const std::string& name) {
    const auto study = store_->load_study(name);
    if (!study) return true;  // deleted meanwhile
    PreparedStudy prepared = prepare_worker(*study, request_.machine());
    const StudyEnd end = end_of(prepared);
    if (end == StudyEnd::interrupted) return false;
    run_.display.note(fmt::format("study {} has concluded", short_name(name)));
    ends_.push_back({{"study", shown_name(name)},
                     {"end", end == StudyEnd::concluded ? "concluded" : "already complete"}});
    return true;
  }

  StudyEnd end_of(const PreparedStudy& prepared) {
    try {
      return prepared.work(*store_, run_.display, run_.interrupts.flag(), request_.work);
    } catch (const Interrupted&) {  // while the store did not answer
      return StudyEnd::interrupted;
    }
  }

  ExitCode interrupted(const std::string& name) const {
    return leave_interrupted(run_, *store_, request_.store, name, shell_line(request_.words));
  }

  const Run& run_;
  const Request& request_;
  const std::optional<std::string> chosen_;
  const std::unique_ptr<StudyStore> store_;
  Json ends_ = Json::array();
};

}  // namespace

ExitCode run_worker(Request& request) {
  const InterruptWatch interrupts("resume with\n  " + shell_line(request.words));
  const auto display = make_display(request.quiet);
  const Run run{request, *display, interrupts, system_clock().steady_seconds()};
  Work work(run);
  const ExitCode code = work.run();
  if (code != ExitCode::done) return code;
  if (work.idle()) display->note("every study has concluded: nothing is left to train");
  display->close();
  if (request.json) print_json(work.summary());
  return code;
}

}  // namespace etalon
