#include "etalon/app/study_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {

namespace {

/// Nothing where decimals would be lost.
std::optional<std::int64_t> as_whole(double value) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (!(value >= 0 && value <= exact) || value != std::floor(value)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::string describe_node(const toml::node& node) {
  if (const auto* text = node.as_string()) return fmt::format("the text '{}'", text->get());
  if (const auto* whole = node.as_integer()) return fmt::format("the number {}", whole->get());
  if (const auto* number = node.as_floating_point()) return "the number " + shortest(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (const auto* list = node.as_array()) return list->empty() ? "an empty list" : "a list";
  return node.is_table() ? "a table" : "a date or time";
}

std::string place_of(const std::string& file, const toml::source_region& source) {
  return fmt::format("{}:{}", file, source.begin.line);
}

const toml::node* StudyTable::node(const std::string& key) const {
  return table_ ? table_->get(key) : nullptr;
}

std::string StudyTable::place(const std::string& key) const {
  check(has(key), "key", key, "one that the table has");
  return place(*node(key));
}

std::vector<std::string> StudyTable::keys() const {
  if (!table_) return {};
  std::vector<std::pair<toml::source_position, std::string>> found;
  for (const auto& [key, value] : *table_) found.emplace_back(key.source().begin, std::string(key.str()));
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  for (const auto& [position, name] : found) names.push_back(name);
  return names;
}

void StudyTable::refuse(const toml::node& node, const std::string& expected, const std::string& hint) const {
  throw RequestError({place(node), describe_node(node), expected, hint});
}

std::optional<std::string> StudyTable::text(const std::string& key) const {
  const toml::node* found = node(key);
  if (!found) return std::nullopt;
  if (!found->is_string())
    refuse(*found, fmt::format("a text for '{}'", key), "texts stand in quotation marks");
  if (found->as_string()->get().empty())
    refuse(*found, fmt::format("a text for '{}' that is not empty", key),
           "leave the key out for its default");
  return found->as_string()->get();
}

std::optional<std::uint64_t> StudyTable::whole(const std::string& key, std::uint64_t from,
                                               std::uint64_t to) const {
  const toml::node* found = node(key);
  if (!found) return std::nullopt;
  std::optional<std::int64_t> number;
  if (const auto* whole = found->as_integer()) number = whole->get();
  if (const auto* other = found->as_floating_point()) number = as_whole(other->get());  // 1.0, 6e4
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) < from ||
      static_cast<std::uint64_t>(*number) > to)
    refuse(*found, fmt::format("a whole number from {} to {} for '{}'", from, to, key),
           found->is_string() ? "numbers stand without quotation marks" : "");
  return static_cast<std::uint64_t>(*number);
}

std::optional<double> StudyTable::number(const std::string& key, const NumberRange& range) const {
  const toml::node* found = node(key);
  if (!found) return std::nullopt;
  const auto value = found->is_number() ? found->value<double>() : std::nullopt;
  if (!value || !range.holds(*value))
    refuse(
        *found, fmt::format("{} for '{}'", range.text, key),
        found->is_string() ? "numbers stand without quotation marks, decimals behind a point" : range.hint);
  return value;
}

std::optional<bool> StudyTable::boolean(const std::string& key) const {
  const toml::node* found = node(key);
  if (!found) return std::nullopt;
  if (!found->is_boolean()) refuse(*found, fmt::format("true or false for '{}'", key));
  return found->as_boolean()->get();
}

std::optional<std::vector<std::string>> StudyTable::texts(const std::string& key) const {
  const toml::node* found = node(key);
  if (!found) return std::nullopt;
  const std::string expected = fmt::format("a list of texts for '{}'", key);
  const auto* list = found->as_array();
  if (!list || list->empty()) refuse(*found, expected, "such as [\"a\", \"b\"]");
  std::vector<std::string> texts;
  for (const toml::node& entry : *list) {
    if (!entry.is_string() || entry.as_string()->get().empty()) refuse(entry, expected);
    texts.push_back(entry.as_string()->get());
  }
  return texts;
}

std::optional<StudyTable> StudyTable::table(const std::string& key) const {
  const toml::node* found = node(key);
  if (!found) return std::nullopt;
  if (!found->is_table()) refuse(*found, fmt::format("a table for '{}'", key));
  return StudyTable(found->as_table(), file_);
}

std::string hint_for_key(const std::string& key, const std::vector<std::string>& known) {
  return hint_for(key, known);
}

void StudyTable::require_known(const std::vector<std::string>& known, const std::string& what,
                               const Hint& hint) const {
  for (const std::string& key : keys()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto at = table_->find(key);
    throw RequestError({place_of(file_, at->first.source()), fmt::format("the unknown key '{}'", key),
                        "a key of " + what, hint(key, known)});
  }
}

}  // namespace etalon
