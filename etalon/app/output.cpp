#include "etalon/app/output.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "etalon/base/printable.h"

namespace etalon {
namespace {

int first_error = 0;  // of standard output, as errno counts

void remember_error() {
  if (first_error == 0) first_error = errno == 0 ? EIO : errno;
}

/// False if anything was left.
bool write_all(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void write_result(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) remember_error();
}

/// Length of "ESC [ digits m" at the beginning of `text`; 0 if there is none.
std::size_t colour_at(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

std::string printable_with_colours(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t colour = colour_at(text);
    if (colour > 0) shown += text.substr(0, colour);
    text.remove_prefix(colour);
    const std::size_t next = std::min(text.find('\x1b', colour > 0 ? 0 : 1), text.size());
    shown += printable(text.substr(0, next));
    text.remove_prefix(next);
  }
  return shown;
}

}  // namespace

void prepare_output() {
  std::signal(SIGPIPE, SIG_IGN);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    // The lowest that is free, so this one. Where results were to go, writing must fail.
    ::open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void print_text(std::string_view text) { write_result(printable(text)); }

void print_painted(std::string_view text) { write_result(printable_with_colours(text)); }

void tell_text(std::string_view text) {
  flush_output();  // in a terminal both appear in their order
  tell_raw(printable(text));
}

void tell_raw(std::string_view text) noexcept {
  if (write_all(STDERR_FILENO, text)) return;
  const int terminal = ::open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return;
  if (::tcgetpgrp(terminal) == ::getpgrp()) write_all(terminal, text);
  ::close(terminal);
}

void print_json(const nlohmann::ordered_json& json) {
  print_json_text(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void print_json_text(std::string_view text) { write_result(text); }

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) remember_error();
}

ExitCode end_output(ExitCode code) {
  flush_output();
  const int copy = ::dup(STDOUT_FILENO);  // some file systems tell of a full disk on closing
  if (copy >= 0 && ::close(copy) != 0) remember_error();
  if (first_error == 0) return code;
  if (first_error != EPIPE)
    tell("error: {}\n",
         to_text({"standard output", std::strerror(first_error), "room for all that was printed",
                  "what is in a store is kept, and 'etalon show' prints it again"}));
  return code == ExitCode::done ? ExitCode::failed : code;
}

}  // namespace etalon
