/// The script of an array job of workers, as a person reads, edits and submits it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace etalon {

/// What is asked of Slurm for one study.
struct SlurmJob {
  std::string study;                        ///< its name
  std::string job_name;                     ///< in the queue
  std::string folder;                       ///< where jobs run; relative paths are seen from there
  std::string output;                       ///< folder of the jobs' output
  std::uint32_t tasks = 1;                  ///< jobs of the array, each on one node
  std::uint32_t workers_a_task = 1;         ///< more than one are started by srun
  std::optional<std::uint32_t> processors;  ///< of each worker; nothing: it has a node alone
  std::optional<std::string> time, partition;
  std::vector<std::string> worker;  ///< the worker's command line, but for its threads
};

/// The whole script. The same job gives the same text.
std::string sbatch_script(const SlurmJob& job);

}  // namespace etalon
