#include "etalon/report/gnuplot.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/base/files.h"

namespace etalon::report {
namespace fs = std::filesystem;
namespace {

const std::string install_hint = "install gnuplot: apt-get install gnuplot-nox";

/// The words of gnuplot's log that are worth passing on: its end, where the error stands.
std::string last_words(const fs::path& log) {
  std::string text = read_text(log);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  constexpr std::size_t most = 600;
  return text.size() > most ? "..." + text.substr(text.size() - most) : text;
}

/// Exit status of `gnuplot -d script`, its output in `log`; nothing but the status says how it went.
int spawn_and_wait(const fs::path& script, const fs::path& log) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  std::string program = "gnuplot", no_settings = "-d", file = script.string();
  std::array<char*, 4> arguments{program.data(), no_settings.data(), file.data(), nullptr};
  pid_t process = 0;
  const int error = posix_spawnp(&process, "gnuplot", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw Failure(
        {"gnuplot", std::strerror(error), "a gnuplot on the PATH to draw the plots with", install_hint});
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) throw Failure({"gnuplot", std::strerror(errno), "a program to wait for", ""});
  return status;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  std::string name = ((error ? fs::path("/tmp") : parent) / "etalon-report-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw Failure(
        {name, std::strerror(errno), "a temporary folder", "see that the disk has room, or set TMPDIR"});
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void run_gnuplot(const std::string& script, const fs::path& folder, const std::string& name) {
  const fs::path file = folder / (name + ".gp"), log = folder / (name + ".log");
  write_atomically(file, script);
  const int status = spawn_and_wait(file, log);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const std::string words = last_words(log);
  const std::string end = WIFEXITED(status) ? fmt::format("exit status {}", WEXITSTATUS(status))
                                            : fmt::format("signal {}", WTERMSIG(status));
  throw Failure({"gnuplot", words.empty() ? end : end + ": " + words, "plots without complaint",
                 "Etalon is tested with gnuplot 5.4 (package gnuplot-nox)"});
}

void require_gnuplot() {
  const TemporaryFolder folder;
  run_gnuplot("set terminal pngcairo\nset terminal svg\n", folder.path(), "check");
}

}  // namespace etalon::report
