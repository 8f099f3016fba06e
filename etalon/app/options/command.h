/// The commands of the program.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>

namespace etalon::help {
struct Page;
}

namespace etalon {

enum class Command {
  tune,
  submit,
  worker,
  report,
  show,
  decide,
  study_list,
  study_show,
  study_copy,
  study_delete,
  study_verify,
  data_list,
  data_describe,
  data_make
};

/// A set of commands.
class Commands {
 public:
  constexpr Commands(std::initializer_list<Command> commands) {
    for (const Command command : commands) bits_ |= bit(command);
  }
  constexpr bool contains(Command command) const { return (bits_ & bit(command)) != 0; }

 private:
  static constexpr std::uint32_t bit(Command command) { return 1u << static_cast<unsigned>(command); }
  std::uint32_t bits_ = 0;
};

struct CommandPage {
  const char* name;  ///< as it is typed: "study list"
  const help::Page& page;
  Command command;
};

/// In the order of the help page.
std::span<const CommandPage> command_pages();

}  // namespace etalon
