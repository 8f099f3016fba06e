#include "etalon/live/terminal.h"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace etalon {
namespace {

bool is_set(const char* name) {
  const char* const value = std::getenv(name);
  return value && *value;
}

}  // namespace

unsigned columns_at(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

Terminal terminal_at(int descriptor) {
  const char* const kind = std::getenv("TERM");
  const bool dumb = !kind || std::string_view(kind) == "dumb";
  Terminal terminal;
  terminal.interactive = ::isatty(descriptor) != 0 && !dumb;
  terminal.colour = terminal.interactive && !is_set("NO_COLOR");
  terminal.columns = columns_at(descriptor);
  return terminal;
}

std::string Paint::wrap(std::string_view code, std::string_view text) const {
  if (!colour_ || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace etalon
