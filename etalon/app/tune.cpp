#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/commands.h"
#include "etalon/app/draw_report.h"
#include "etalon/app/open_watched.h"
#include "etalon/app/output.h"
#include "etalon/app/shell.h"
#include "etalon/app/study_end.h"
#include "etalon/app/tune_request.h"
#include "etalon/base/clock.h"
#include "etalon/base/text.h"
#include "etalon/running/study_runner.h"
#include "etalon/storage/open_store.h"

namespace etalon {
namespace {

std::unique_ptr<StudyStore> existing_store(const std::string& where) {
  std::error_code ignored;
  if (store_kind(where) == StoreKind::file && !std::filesystem::exists(where, ignored)) return nullptr;
  if (store_kind(where) == StoreKind::memory) return nullptr;
  return open_store(where, StoreAccess::read, system_clock(), InterruptWatch::sleep);
}

nlohmann::ordered_json memory_json(const StudyMemory& memory) {
  const TrainingMemory& training = memory.training;
  return {{"program", memory.program},
          {"samples", memory.samples},
          {"checkpoints", memory.checkpoints()},
          {"trials", training.trials},
          {"trial",
           {{"weights", training.weights},
            {"optimizer_state", training.optimizer},
            {"activations", training.activations},
            {"copy", training.copy}}},
          {"places", training.places},
          {"curves", memory.curves},
          {"judging", memory.judging},
          {"report", memory.report}};
}

void print_forecast(const PreparedStudy& prepared, const StudyForecast& forecast, const Request& request) {
  const StudySnapshot& study = prepared.study();
  if (request.json) {
    nlohmann::ordered_json json{{"study", prepared.name()},
                                {"trials", forecast.trials},
                                {"finished", forecast.finished},
                                {"estimated_seconds", forecast.seconds},
                                {"memory_bytes", forecast.memory.all()},
                                {"memory", memory_json(forecast.memory)},
                                {"warnings", prepared.warnings()}};
    print_json(json);
  } else if (!request.quiet) {
    const auto sets = static_cast<std::uint32_t>(study.sets.size());
    const std::uint32_t repeats = std::max(1U, sets * study.plan.seeds);
    const std::string confirming =
        forecast.confirming ? fmt::format(", and {} to confirm the choice", forecast.confirming) : "";
    print("study    {}\n", prepared.name());
    print("trials   {} ({} x {} x {}{}), {} finished\n", forecast.trials,
          counted((forecast.trials - forecast.confirming) / repeats, "setting"), counted(sets, "set"),
          counted(study.plan.seeds, "seed"), confirming, forecast.finished);
    print("time     about {}\n", duration_text(forecast.seconds));
    print("memory   at most {}\n", to_text(forecast.memory));
    print("         a trial: {}\n", trial_text(forecast.memory.training));
    print("         {}\n", results_text(forecast.memory));
    for (const std::string& warning : prepared.warnings()) print("warning  {}\n", warning);
  }
}

ExitCode train(const Run& run, PreparedStudy& prepared, const std::string& resuming_line) {
  const Request& request = run.request;
  const auto store = open_watched(request.store, StoreAccess::create, run.display);
  try {
    prepared.take_older(*store);
    OpenedStudy opened = prepared.open(*store);  // a refusal comes before any warning
    for (const std::string& warning : prepared.warnings()) run.display.note("warning: " + warning);
    for (const std::string& words : opened.words) run.display.note(words);
    WorkOptions work = request.work;
    std::optional<JudgedStudy> judged;
    work.on_concluded = [&](JudgedStudy concluded) { judged = std::move(concluded); };
    const StudyEnd end = prepared.run(std::move(opened), *store, run.display, run.interrupts.flag(), work);
    if (end == StudyEnd::interrupted) throw Interrupted();
    return print_conclusion(run, judged.value(), request.store, request.report_folder(),
                            end == StudyEnd::already_complete);
  } catch (const Interrupted&) {
    return leave_interrupted(run, *store, request.store, prepared.name(), resuming_line);
  }
}

}  // namespace

ExitCode run_tune(Request& request) {
  const std::string resuming_line = shell_line(request.words);
  const InterruptWatch interrupts("resume with\n  " + resuming_line);
  const double started = system_clock().steady_seconds();
  complete(request);
  if (!request.dry_run) require_places(request);

  PreparedStudy prepared(request.study);
  if (request.dry_run) {
    const auto store = existing_store(request.store);
    if (store) prepared.take_older(*store);
    print_forecast(prepared, prepared.forecast(store.get()), request);
    return ExitCode::done;
  }
  const auto display = make_display(request.quiet);
  if (request.report) foretell_report(request, prepared.study().sets, *display);
  return train({request, *display, interrupts, started}, prepared, resuming_line);
}

}  // namespace etalon
