#include "etalon/app/subprocess.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

/// Two descriptors, closed when it goes.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw Failure({"a pipe", std::strerror(errno), "two free file descriptors", ""});
  }
  ~Pipe() {
    close_writing();
    ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// In a process group of its own, so that a terminal's Ctrl-C passes it by. The error, 0 for none.
int spawn(std::vector<std::string> words, const Pipe& out, const Pipe& err, pid_t& process) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.writing(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.writing(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t as_usual;  // this program ignores it (output.h); what is ignored is inherited
  sigemptyset(&as_usual);
  sigaddset(&as_usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &as_usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawnp(&process, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/// Both to their ends, whichever speaks first.
void read_both(const Pipe& out, const Pipe& err, ProgramAnswer& answer) {
  std::array<pollfd, 2> ends{pollfd{out.reading(), POLLIN, 0}, pollfd{err.reading(), POLLIN, 0}};
  std::array<std::string*, 2> texts{&answer.out, &answer.err};
  std::array<char, 4096> piece{};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (::poll(ends.data(), ends.size(), -1) < 0) continue;  // EINTR
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].revents == 0) continue;
      const ssize_t count = ::read(ends[i].fd, piece.data(), piece.size());
      if (count > 0)
        texts[i]->append(piece.data(), static_cast<std::size_t>(count));
      else if (count == 0 || errno != EINTR)
        ends[i].fd = -1;
    }
  }
}

int status_of(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0)
    if (errno != EINTR) return 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ProgramAnswer run_other_program(const std::vector<std::string>& words, const std::string& hint) {
  Pipe out, err;
  pid_t process = 0;
  const int error = spawn(words, out, err, process);
  if (error == ENOENT)
    throw RequestError({words[0], "no such program on the PATH", "one that can be run", hint});
  if (error != 0) throw Failure({words[0], std::strerror(error), "a program that can be run", hint});
  out.close_writing();
  err.close_writing();
  ProgramAnswer answer;
  read_both(out, err, answer);
  answer.status = status_of(process);
  return answer;
}

bool is_on_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  for (const std::string& folder : split_text(path ? path : "", ':'))
    if (::access((std::filesystem::path(folder) / program).c_str(), X_OK) == 0) return true;
  return false;
}

std::string own_path() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "etalon" : path.string();
}

}  // namespace etalon
