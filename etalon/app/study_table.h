/// One table of a study file, read key by key; every complaint names file and line.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <toml++/toml.h>

#include "etalon/app/values.h"

namespace etalon {

/// What a value is, for messages: "text 'abc'", "the number 0.5", "a list".
std::string describe_node(const toml::node& node);

/// "study.toml:7"
std::string place_of(const std::string& file, const toml::source_region& source);

/// "did you mean 'X'?" or the keys that there are.
std::string hint_for_key(const std::string& key, const std::vector<std::string>& known);

/// A borrowed table, or none at all: then every key is missing.
class StudyTable {
 public:
  StudyTable(const toml::table* table, std::string file) : table_(table), file_(std::move(file)) {}

  bool has(const std::string& key) const { return node(key) != nullptr; }
  const toml::node* node(const std::string& key) const;
  std::string place(const std::string& key) const;  ///< of the key's value. REQUIRES: has(key)
  std::string place(const toml::node& node) const { return place_of(file_, node.source()); }
  const std::string& file() const { return file_; }

  /// The keys in the order in which the file lists them.
  std::vector<std::string> keys() const;

  // Each is empty where the key is missing, and throws RequestError where its value does not fit.
  std::optional<std::string> text(const std::string& key) const;  ///< not empty
  std::optional<std::uint64_t> whole(const std::string& key, std::uint64_t from, std::uint64_t to) const;
  std::optional<double> number(const std::string& key, const NumberRange& range) const;
  std::optional<bool> boolean(const std::string& key) const;
  std::optional<std::vector<std::string>> texts(const std::string& key) const;  ///< at least one
  std::optional<StudyTable> table(const std::string& key) const;

  /// Throws RequestError for a key that is not `known`; `what` names this table: "[study]".
  /// `hint` may know more than which known key is spelt nearly so.
  using Hint = std::function<std::string(const std::string& key, const std::vector<std::string>& known)>;
  void require_known(const std::vector<std::string>& known, const std::string& what,
                     const Hint& hint = hint_for_key) const;

  [[noreturn]] void refuse(const toml::node& node, const std::string& expected,
                           const std::string& hint = "") const;

 private:
  const toml::table* table_;
  std::string file_;
};

}  // namespace etalon
