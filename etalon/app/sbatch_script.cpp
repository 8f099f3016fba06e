#include "etalon/app/sbatch_script.h"

#include <fmt/format.h>

#include "etalon/app/shell.h"
#include "etalon/base/text.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

/// An option of sbatch; its value in double quotation marks where there are spaces, as sbatch reads them.
std::string option(const std::string& name, const std::string& value) {
  const bool plain = value.find_first_of(" \t\"'\\") == std::string::npos;
  std::string text = plain ? value : "\"";
  if (!plain) {
    for (const char c : value) text += (c == '"' || c == '\\') ? std::string{'\\', c} : std::string(1, c);
    text += '"';
  }
  return fmt::format("#SBATCH --{}={}\n", name, text);
}

std::string opening(const SlurmJob& job) {
  const std::string workers =
      job.workers_a_task == 1
          ? counted(job.tasks, "worker")
          : fmt::format("{} of {} workers", counted(job.tasks, "job"), job.workers_a_task);
  return fmt::format(
      "#!/bin/bash\n"
      "# {} for the study {}, made by 'etalon submit --slurm'.\n"
      "# Edit what you like and submit it with 'sbatch FILE', as often as you like: a worker joins the study "
      "in its\n"
      "# store, trains what waits and ends when the study has concluded. Any number may work at once.\n",
      workers, shown_name(job.study));
}

std::string resources(const SlurmJob& job) {
  std::string text = option("job-name", job.job_name) + option("array", fmt::format("1-{}", job.tasks)) +
                     option("nodes", "1") + option("ntasks", std::to_string(job.workers_a_task));
  text += job.processors ? option("cpus-per-task", std::to_string(*job.processors)) : "#SBATCH --exclusive\n";
  if (job.time) text += option("time", *job.time);
  if (job.partition) text += option("partition", *job.partition);
  return text;
}

std::string places(const SlurmJob& job) {
  return "# Paths are seen from here; each job writes a file of its own, and writes on after a requeue.\n" +
         option("chdir", job.folder) + option("output", job.output + "/%A-%a.log") +
         "#SBATCH --open-mode=append\n";
}

/// Which processes Slurm tells of the time limit: `B:` is the batch process, which exec makes the worker;
/// where srun starts the workers, it is them.
std::string stopping(const SlurmJob& job) {
  const char* const whom = job.workers_a_task == 1 ? "B:" : "";
  return fmt::format(
      "# Pre-empted jobs are queued again. SIGTERM, half a minute before the time limit too, makes a worker "
      "keep the\n"
      "# state of its trials and give them back: whoever comes next goes on from there.\n"
      "#SBATCH --requeue\n"
      "#SBATCH --signal={}TERM@30\n",
      whom);
}

std::string work(const SlurmJob& job) {
  const std::string threads = job.processors ? "\"$SLURM_CPUS_PER_TASK\"" : "\"$SLURM_CPUS_ON_NODE\"";
  const std::string command = shell_line(job.worker) + " --threads " + threads;
  if (job.workers_a_task == 1)
    return "# exec: the worker gets Slurm's signals itself.\nexec " + command + "\n";
  return "# srun passes Slurm's signals on to the workers.\n"
         "exec srun --cpus-per-task=\"$SLURM_CPUS_PER_TASK\" --kill-on-bad-exit=0 " +
         command + "\n";
}

}  // namespace

std::string sbatch_script(const SlurmJob& job) {
  return opening(job) + "\n" + resources(job) + "\n" + places(job) + "\n" + stopping(job) + "\n" + work(job);
}

}  // namespace etalon
