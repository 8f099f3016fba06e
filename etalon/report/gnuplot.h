/// Runs the gnuplot program. Nothing of a user's own gnuplot settings is read.
#pragma once

#include <filesystem>
#include <string>

namespace etalon::report {

/// A folder of its own under the system's temporary folder, removed with all it holds at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();  ///< throws Failure if none can be made
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs `script`, written to a file in `folder` under `name`, and waits for its end. Thread-safe for
/// different names. Throws Failure with a hint if gnuplot is not installed, and with gnuplot's own words if
/// it complains.
void run_gnuplot(const std::string& script, const std::filesystem::path& folder, const std::string& name);

/// Throws Failure, as run_gnuplot does, unless gnuplot is there and knows the formats of plots.
void require_gnuplot();

}  // namespace etalon::report
