#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "etalon/app/commands.h"
#include "etalon/app/conclusion.h"
#include "etalon/app/draw_report.h"
#include "etalon/app/interrupt.h"
#include "etalon/app/shell.h"
#include "etalon/app/tune_request.h"
#include "etalon/base/clock.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"
#include "etalon/judging/judge.h"
#include "etalon/live/display.h"
#include "etalon/running/study_runner.h"
#include "etalon/storage/open.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;

/// Places are checked before anything is opened, so that hours of training never end at a locked door.
void require_places(const TuneRequest& request) {
  if (request.report) require_writable_folder(request.out, request.out_place + " " + request.out);
  if (request.store == "memory:") return;
  require_writable_folder(fs::absolute(request.store).parent_path(),
                          request.store_place + " " + request.store);
}

std::unique_ptr<StudyStore> existing_store(const std::string& where) {
  std::error_code ignored;
  return fs::exists(where, ignored) ? open_store(where, StoreAccess::read) : nullptr;
}

nlohmann::ordered_json memory_json(const StudyMemory& memory) {
  const TrainingMemory& training = memory.training;
  return {{"program", memory.program},
          {"samples", memory.samples},
          {"checkpoints", memory.checkpoints()},
          {"packs", training.packs},
          {"lanes", training.lanes},
          {"pack",
           {{"weights", training.weights},
            {"optimizer_state", training.optimizer},
            {"activations", training.activations}}},
          {"evaluation", training.evaluation}};
}

void print_forecast(const PreparedStudy& prepared, const StudyForecast& forecast,
                    const CommonArguments& arguments) {
  const StudySnapshot& study = prepared.study();
  if (arguments.json) {
    nlohmann::ordered_json json{{"study", prepared.name()},
                                {"trials", forecast.trials},
                                {"finished", forecast.finished},
                                {"estimated_seconds", forecast.seconds},
                                {"memory_bytes", forecast.memory.all()},
                                {"memory", memory_json(forecast.memory)}};
    fmt::print("{}\n", json.dump(2));
  } else if (!arguments.quiet) {
    const auto sets = static_cast<std::uint32_t>(study.sets.size());
    const std::uint32_t repeats = std::max(1U, sets * study.plan.seeds);
    fmt::print("study    {}\n", prepared.name());
    fmt::print("trials   {} ({} settings x {} sets x {} seeds), {} finished\n", forecast.trials,
               forecast.trials / repeats, sets, study.plan.seeds, forecast.finished);
    fmt::print("time     about {}\n", duration_text(forecast.seconds));
    fmt::print("memory   at most {}\n", to_text(forecast.memory));
    fmt::print("         a pack: {}\n", pack_text(forecast.memory.training));
  }
}

/// What one run has at hand from its first to its last step.
struct TuneRun {
  const TuneArguments& arguments;
  const TuneRequest& request;
  ProgressDisplay& display;
  const InterruptWatch& interrupts;
  double started = 0;
};

/// The report's folder, or nothing where none was asked for.
std::optional<fs::path> report_of(const TuneRun& run, const StudySnapshot& study,
                                  const Judgement& judgement) {
  if (!run.request.report) return std::nullopt;
  return draw_report(study, judgement, run.request.out, run.display, run.interrupts);
}

void conclude(const TuneRun& run, StudyStore& store, const std::string& name, bool was_complete) {
  const StudySnapshot study = store.load_study(name).value();
  const Judgement judgement = judge(study);
  if (was_complete) run.display.note(fmt::format("study {} is complete: nothing is left to train", name));
  const auto report = report_of(run, study, judgement);
  run.display.close();
  const double seconds = system_clock().steady_seconds() - run.started;
  if (run.arguments.json) {
    fmt::print("{}", tune_json(study, judgement, {was_complete, run.request.store, report, seconds}));
  } else if (!run.arguments.quiet) {
    const Terminal terminal = terminal_at(STDOUT_FILENO);
    fmt::print("\n{}", conclusion_text(study, judgement, {Paint(terminal.colour), terminal.columns}));
    if (report) fmt::print("report: {}\n", report->string());
  }
}

ExitCode leave_interrupted(const TuneRun& run, StudyStore& store, const std::string& name,
                           const std::vector<std::string>& words) {
  run.display.close();
  const auto study = store.load_study(name);
  const std::size_t finished = study ? study->trials.size() : 0;
  const std::uint32_t planned = study ? study->planned_trials : 0;
  fmt::print(stderr, "interrupted: {} of {} trials are finished and kept in {}; resume with\n  {}\n",
             finished, planned, run.request.store, shell_line(words));
  return ExitCode::interrupted;
}

ExitCode train(const TuneRun& run, PreparedStudy& prepared, const std::vector<std::string>& words) {
  const auto store = open_store(run.request.store, StoreAccess::create);
  try {
    const StudyEnd end = prepared.run(*store, run.display, run.interrupts.flag());
    if (end == StudyEnd::interrupted) throw Interrupted();
    conclude(run, *store, prepared.name(), end == StudyEnd::already_complete);
  } catch (const Interrupted&) {
    return leave_interrupted(run, *store, prepared.name(), words);
  }
  return ExitCode::done;
}

}  // namespace

ExitCode run_tune(const TuneArguments& arguments, const std::vector<std::string>& words) {
  const InterruptWatch interrupts;
  const double started = system_clock().steady_seconds();
  TuneRequest request = tune_request(arguments);
  request.study.command = reproducing_line(arguments);
  if (!arguments.dry_run) require_places(request);

  PreparedStudy prepared(request.study);
  if (arguments.dry_run) {
    print_forecast(prepared, prepared.forecast(existing_store(request.store).get()), arguments);
    return ExitCode::done;
  }
  const auto display = make_display(arguments.quiet);
  return train({arguments, request, *display, interrupts, started}, prepared, words);
}

}  // namespace etalon
