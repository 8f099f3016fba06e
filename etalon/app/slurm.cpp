#include "etalon/app/slurm.h"

#include <fmt/format.h>

#include "etalon/app/subprocess.h"
#include "etalon/base/digest.h"
#include "etalon/base/error.h"
#include "etalon/storage/open_store.h"

namespace etalon {
namespace {

/// --nodes alone: a worker has a node. --workers alone: each wherever there is room. Both: so many on the
/// nodes together.
void take_shape(const Request& request, SlurmJob& job) {
  const auto &nodes = request.jobs.nodes, &workers = request.jobs.workers;
  job.tasks = nodes.value_or(workers.value_or(1));
  if (nodes && workers) {
    if (*workers % *nodes != 0)
      throw RequestError({"--workers", std::to_string(*workers),
                          fmt::format("a multiple of the {} nodes", *nodes),
                          "every node gets as many as any other"});
    job.workers_a_task = *workers / *nodes;
  }
  job.processors = request.jobs.cpus_per_worker;
  if (!job.processors && request.has_typed("--threads")) job.processors = request.study.threads;
  if (!job.processors && workers) job.processors = 1;
}

void require_shared_store(const Request& request, const SlurmJob& job) {
  const StoreKind kind = store_kind(request.store);
  const std::string hint = "start a PostgreSQL server and name it: --store postgresql://HOST/DATABASE";
  if (kind == StoreKind::memory)
    throw RequestError({Field::store, "memory:", "a store that every worker reaches", hint});
  if (kind == StoreKind::file && job.tasks > 1 && !request.jobs.one_machine)
    throw RequestError({Field::store, fmt::format("the file {} for jobs on several nodes", request.store),
                        "a server, as machines cannot share a file safely",
                        hint + "; --one-machine says that all nodes are this machine"});
  if (shown_store(request.store) != request.store)
    throw RequestError({Field::store, "a password in the address " + shown_store(request.store),
                        "an address without one, as script and queue would show it",
                        "keep it in ~/.pgpass on the nodes, or export PGPASSWORD: sbatch hands it on"});
}

std::vector<std::string> worker_words(const Request& request, const std::string& name,
                                      const std::string& etalon) {
  std::vector<std::string> words{etalon, "worker", "--store", request.store, "--study", name};
  const auto add = [&](const char* option, const std::string& value) {
    words.insert(words.end(), {option, value});
  };
  for (const auto& [option, values] : request.typed)
    if (option->field == Field::memory) add("--memory", values.front());
  const WorkOptions usual;
  if (request.work.checkpoint_seconds != usual.checkpoint_seconds)
    add("--checkpoint", fmt::format("{}", request.work.checkpoint_seconds));
  if (request.work.lease_seconds != usual.lease_seconds)
    add("--lease", fmt::format("{}", request.work.lease_seconds));
  if (request.work.keep_weights) words.push_back("--keep-weights");
  if (request.work.state_bytes != usual.state_bytes)
    add("--keep-states", std::to_string(request.work.state_bytes));
  return words;
}

}  // namespace

std::string file_name_of(const std::string& study) {
  std::string name = study;
  for (char& c : name)
    if (std::string_view(".+-_").find(c) == std::string_view::npos &&
        std::isalnum(static_cast<unsigned char>(c)) == 0)
      c = '_';
  if (name.starts_with('.')) name.front() = '_';  // "..", and files that are not listed
  if (name == study) return name;
  return name + "-" + digest_of(study).substr(0, 6);  // "a b" and "a/b" are two
}

std::string job_name_of(const JobRequest& jobs, const std::string& study) {
  return jobs.job_name ? *jobs.job_name : "etalon-" + file_name_of(study);
}

SlurmJob slurm_job(const Request& request, const std::string& name, const std::filesystem::path& folder,
                   const std::string& etalon) {
  SlurmJob job;
  take_shape(request, job);
  require_shared_store(request, job);
  job.study = name;
  job.job_name = job_name_of(request.jobs, name);
  job.folder = folder.string();
  job.output = "etalon-jobs/" + file_name_of(name);
  job.time = request.jobs.time;
  job.partition = request.jobs.partition;
  job.worker = worker_words(request, name, etalon);
  return job;
}

void require_sbatch() {
  if (!is_on_path("sbatch"))
    throw RequestError(
        {"etalon submit --slurm", "no program sbatch on the PATH", "a machine from which jobs are submitted",
         "Debian has it in slurm-client; without Slurm, start 'etalon worker' on each machine"});
}

std::string submit_to_slurm(const std::filesystem::path& script, const std::string& job_name) {
  const ProgramAnswer answer = run_other_program(
      {"sbatch", "--parsable", "--job-name=" + job_name, script.string()}, "Debian has it in slurm-client");
  std::string number = answer.out.substr(0, answer.out.find_first_of(";\n"));
  if (answer.status == 0 && !number.empty()) return number;
  std::string words = answer.err.empty() ? answer.out : answer.err;
  while (!words.empty() && words.back() == '\n') words.pop_back();
  throw Failure({"sbatch " + script.string(), fmt::format("exit status {}: {}", answer.status, words),
                 "a submitted job", "the study is in its store; workers may also be started by hand"});
}

bool has_jobs(const std::string& job_name) {
  if (!is_on_path("squeue")) return true;
  const ProgramAnswer answer =
      run_other_program({"squeue", "--noheader", "--name=" + job_name, "--format=%i"}, "");
  return answer.status != 0 || answer.out.find_first_not_of(" \n") != std::string::npos;
}

}  // namespace etalon
