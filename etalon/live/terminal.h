/// What is known of the terminal, and paint for text that a person reads there.
#pragma once

#include <string>
#include <string_view>

namespace etalon {

/// A terminal, a file or a pipe behind a descriptor.
struct Terminal {
  bool interactive = false;  ///< a terminal that can redraw a line
  bool colour = false;       ///< interactive, and neither NO_COLOR nor TERM=dumb is set
  unsigned columns = 80;
};

Terminal terminal_at(int descriptor);

/// Columns of the terminal at `descriptor` now; it may have been resized. 80 where it says nothing.
unsigned columns_at(int descriptor);

/// Wraps text in ANSI colours, or leaves it as it is.
class Paint {
 public:
  explicit Paint(bool colour) : colour_(colour) {}
  std::string strong(std::string_view text) const { return wrap("1", text); }
  std::string faint(std::string_view text) const { return wrap("2", text); }
  std::string good(std::string_view text) const { return wrap("32", text); }
  std::string bad(std::string_view text) const { return wrap("31", text); }
  std::string warning(std::string_view text) const { return wrap("33", text); }

 private:
  std::string wrap(std::string_view code, std::string_view text) const;
  bool colour_;
};

}  // namespace etalon
