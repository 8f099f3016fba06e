/// What a user wrote for one option: on the command line or in a study file. One reader serves both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/app/study_table.h"
#include "etalon/app/values.h"

namespace etalon {

class Given {
 public:
  /// Typed for `option`: all of its values, none for a flag.
  Given(std::string option, std::vector<std::string> values)
      : place_(std::move(option)), values_(std::move(values)) {}
  /// The value of `key` in a study file. REQUIRES: the table has it.
  Given(const StudyTable& table, const std::string& key)
      : place_(table.place(key)), table_(table), key_(key) {}

  bool is_typed() const { return !table_; }
  const std::string& place() const { return place_; }  ///< "--batch", "study.toml:7"
  const StudyTable& table() const;                     ///< REQUIRES: of a study file
  const std::string& key() const;                      ///< REQUIRES: of a study file
  const std::vector<std::string>& values() const;      ///< REQUIRES: typed

  // Each throws RequestError, with the place, for a value that does not fit.
  std::uint64_t whole(std::uint64_t from, std::uint64_t to) const;
  std::uint32_t count(std::uint32_t from, std::uint32_t to) const;
  double number(const NumberRange& range) const;
  std::string text() const;  ///< not empty
  std::string one_of(const std::string& what, const std::vector<std::string>& known) const;
  bool truth() const;  ///< of a flag: true
  /// Of a typed text, what `split` makes of it.
  std::vector<std::string> list(std::vector<std::string> (*split)(const std::string& text,
                                                                  const std::string& place)) const;

 private:
  std::string place_;
  std::vector<std::string> values_;
  std::optional<StudyTable> table_;
  std::string key_;
};

}  // namespace etalon
