/// From the options of `etalon submit` to a job, and the few words spoken with Slurm.
#pragma once

#include <filesystem>
#include <string>

#include "etalon/app/options/request.h"
#include "etalon/app/sbatch_script.h"

namespace etalon {

/// The job that is asked for, for the study `name`; runs in `folder`, and its workers are the program
/// `etalon`. Throws RequestError for workers that the nodes cannot share evenly, for a store that several machines
/// cannot share (memory:, a file without --one-machine), and for a password in its address.
SlurmJob slurm_job(const Request& request, const std::string& name, const std::filesystem::path& folder,
                   const std::string& etalon);

/// "etalon-STUDY", or the name that was asked for.
std::string job_name_of(const JobRequest& jobs, const std::string& study);

/// `study` as part of a file's name: letters, digits and . _ + - stay; where others were replaced, digits
/// that tell it from names that look the same then.
std::string file_name_of(const std::string& study);

/// Throws RequestError where sbatch is missing.
void require_sbatch();

/// The number of the submitted job. Throws Failure with sbatch's own words.
std::string submit_to_slurm(const std::filesystem::path& script, const std::string& job_name);

/// True while a job of that name waits or runs; also where nobody can tell.
bool has_jobs(const std::string& job_name);

}  // namespace etalon
