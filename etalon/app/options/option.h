/// An option: all that the program knows of one thing that can be asked for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "etalon/app/options/command.h"
#include "etalon/base/field.h"

namespace etalon {

class Given;
struct Request;

/// What an option belongs to: parts of the help page, in its order. Those of definition, plan, rules and name
/// reproduce a study. `stored` says which study of a store is meant, `place` where results go.
enum class Owner { argument, jobs, definition, plan, rules, stored, machine, name, place, output };

/// An option's place in a study file, and its line in doc/study-file.md.
struct Key {
  const char* table = "";
  const char* name = "";
  const char* value = "";     ///< what it holds; empty: another option has this key, too, and its line
  const char* standard = "";  ///< the default, where it is written otherwise than on the command line
  bool any_name = false;      ///< each key of the table is one: the reader gets the whole table
};

struct Option {
  /// "--batch"; "STUDY.toml" stands without dashes, "NAME,--study" may; empty: a key of study files alone.
  const char* name = "";
  Commands commands{Command::tune, Command::submit};  ///< that take it
  const char* value = "";                             ///< how a value is written: "N"; empty: a flag
  const char* help = "";                              ///< lines of at most 57 characters
  const char* standard = "";                          ///< the default, for help and documentation
  Key key{};
  Owner owner = Owner::definition;  ///< option_table() sets it
  std::optional<Field> field{};     ///< as which errors speak of it
  bool repeats = false;
  bool required = false;
  /// Checks what was given and puts it into the request. Throws RequestError for what cannot be right.
  void (*read)(const Given& given, Request& to) = nullptr;

  bool is_argument() const { return owner == Owner::argument || name[0] != '-'; }
  bool is_flag() const { return !is_argument() && value[0] == '\0'; }
  bool is_key() const { return key.value[0] != '\0'; }
  bool is_typed() const { return name[0] != '\0'; }
};

using Options = std::span<const Option>;

/// Every option there is.
Options option_table();

/// What was typed for an option: its values, none for a flag.
struct TypedOption {
  const Option* option;
  std::vector<std::string> values;
};

/// "--study" of "NAME,--study".
std::string flag_of(const Option& option);

/// What the field is called where nobody has written it: an option, else "[table] key".
std::string usual_place(Field field, Options options = option_table());

/// The words after "etalon tune" that ask for the same study: options that change no curve and no choice
/// (threads, paths, what is printed) are left out.
std::vector<std::string> reproducing_words(const std::vector<TypedOption>& typed);

/// The table of keys in doc/study-file.md.
std::string key_table(Options options = option_table());

}  // namespace etalon
