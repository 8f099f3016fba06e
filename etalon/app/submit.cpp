#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/draw_report.h"
#include "etalon/app/follow.h"
#include "etalon/app/open_watched.h"
#include "etalon/app/output.h"
#include "etalon/app/shell.h"
#include "etalon/app/slurm.h"
#include "etalon/app/study_end.h"
#include "etalon/app/subprocess.h"
#include "etalon/app/tune_request.h"
#include "etalon/base/clock.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"
#include "etalon/running/study_runner.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;

/// One submission, or one look at an earlier one.
struct Submission {
  const Request& request;
  const Run& run;
};

void require_one_way(const JobRequest& jobs) {
  if (jobs.follow && jobs.no_follow)
    throw RequestError({"etalon submit", "both --follow and --no-follow", "one of the two", ""});
  if (!jobs.follow && !jobs.slurm)
    throw RequestError({"etalon submit", "nothing that says where to", "--slurm",
                        "--follow alone follows a study that was submitted before"});
}

/// The lines that follow again and that cancel.
std::string advice(const Submission& submission, const std::string& study) {
  const JobRequest& given = submission.request.jobs;
  std::vector<std::string> follow{
      "etalon", "submit", "--follow", "--store", shown_store(submission.request.store), "--study", study};
  if (given.job_name) follow.insert(follow.end(), {"--job-name", *given.job_name});
  if (!submission.request.report) follow.push_back("--no-report");
  if (submission.request.out != "report") follow.insert(follow.end(), {"--out", submission.request.out});
  return fmt::format("  follow it again:  {}\n  cancel the jobs:  {}\n", shell_line(follow),
                     shell_line({"scancel", "--name=" + job_name_of(given, study)}));
}

[[noreturn]] void throw_deserted(const Submission& submission, StudyStore& store, const std::string& study) {
  throw Failure(
      {"study " + short_name(study),
       fmt::format("no worker and no job any more; {}", standing_text(store, study)),
       "workers until it has concluded",
       fmt::format(
           "etalon-jobs/{} holds the jobs' output; submit it again, and it goes on: sbatch {}",
           file_name_of(study),
           submission.request.jobs.script.value_or("etalon-jobs/" + file_name_of(study) + ".sbatch"))});
}

ExitCode follow(const Submission& submission, StudyStore& store, const std::string& study) {
  FollowOptions options;
  options.more_to_come = [&] { return has_jobs(job_name_of(submission.request.jobs, study)); };
  const Run& run = submission.run;
  try {
    switch (follow_study(store, study, run.display, run.interrupts, options)) {
      case FollowEnd::concluded:
        return print_conclusion(run, judged_study(store, study), submission.request.store,
                                submission.request.report_folder(), false);
      case FollowEnd::deserted:
        run.display.close();
        throw_deserted(submission, store, study);
      case FollowEnd::interrupted:
        break;
    }
  } catch (const Interrupted&) {  // while the report was drawn
  }
  run.display.close();
  tell("no longer followed: {}; the jobs go on\n{}",
       last_standing(store, study).value_or("the store does not answer"), advice(submission, study));
  return ExitCode::interrupted;
}

/// The script to submit: the one that was given, or one that is written.
fs::path script_for(const Submission& submission, const SlurmJob& job) {
  fs::create_directories(job.output);
  if (!submission.request.jobs.script) {
    fs::path script = "etalon-jobs/" + file_name_of(job.study) + ".sbatch";
    write_atomically(script, sbatch_script(job));
    return script;
  }
  if (read_text(*submission.request.jobs.script).find(job.study) == std::string::npos)
    throw RequestError({"--script " + *submission.request.jobs.script,
                        "a script that does not name the study " + job.study, "one made for it",
                        "the same command with --dry-run prints one"});
  return *submission.request.jobs.script;
}

void print_script(const SlurmJob& job, const Request& request) {
  if (request.json)
    print_json(nlohmann::ordered_json{{"study", job.study}, {"script", sbatch_script(job)}});
  else if (!request.quiet)
    print("{}", sbatch_script(job));
}

bool is_concluded(StudyStore& store, const std::string& name) {
  for (const StudySummary& study : store.list_studies())
    if (study.name == name) return study.concluded;
  return false;
}

ExitCode submit_and_follow(const Submission& submission, const PreparedStudy& prepared, const SlurmJob& job) {
  const Run& run = submission.run;
  const auto store = open_watched(submission.request.store, StoreAccess::create, run.display);
  for (const std::string& words : prepared.open(*store).words) run.display.note(words);
  if (is_concluded(*store, job.study)) {
    return print_conclusion(run, judged_study(*store, job.study), submission.request.store,
                            submission.request.report_folder(), true);
  }
  const fs::path script = script_for(submission, job);
  const std::string number = submit_to_slurm(script, job.job_name);
  run.display.note(fmt::format("job {} is submitted: {}; output in {}", number, script.string(), job.output));
  if (store_kind(submission.request.store) == StoreKind::file && !submission.request.jobs.one_machine)
    run.display.note("the store is a file: the node must be this machine");
  if (!submission.request.jobs.no_follow) return follow(submission, *store, job.study);
  run.display.close();
  if (run.request.json)
    print_json(nlohmann::ordered_json{{"study", job.study}, {"job", number}, {"script", script.string()}});
  else if (!run.request.quiet)
    print("{}", advice(submission, job.study));
  return ExitCode::done;
}

ExitCode follow_earlier(const Submission& submission) {
  const std::string& where = submission.request.store;
  const auto store = open_watched(where, StoreAccess::read, submission.run.display);
  const ChosenName chosen = choose_study_name(*store, where, submission.request.study.study_name);
  if (!chosen.note.empty()) submission.run.display.note(chosen.note);
  return follow(submission, *store, chosen.name);
}

}  // namespace

ExitCode run_submit(Request& request) {
  require_one_way(request.jobs);
  const InterruptWatch interrupts("jobs, if there are any, go on");
  complete(request);
  const auto display = make_display(request.quiet);
  const Run run{request, *display, interrupts, system_clock().steady_seconds()};
  const Submission submission{request, run};
  if (request.jobs.follow) return follow_earlier(submission);
  if (!request.dry_run) {
    require_sbatch();
    require_places(request);
  }
  PreparedStudy prepared(request.study);
  if (!request.dry_run) prepared.take_older(*open_watched(request.store, StoreAccess::create, *display));
  for (const std::string& warning : prepared.warnings()) display->note("warning: " + warning);
  const SlurmJob job = slurm_job(request, prepared.name(), fs::current_path(), own_path());
  if (request.dry_run) {
    print_script(job, request);
    return ExitCode::done;
  }
  if (request.report) foretell_report(request, prepared.study().sets, *display);
  return submit_and_follow(submission, prepared, job);
}

}  // namespace etalon
