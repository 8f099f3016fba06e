#include "etalon/app/options/given.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "etalon/app/values.h"
#include "etalon/base/check.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {

const StudyTable& Given::table() const {
  check(!is_typed(), "place", place_, "one in a study file");
  return *table_;
}

const std::string& Given::key() const {
  check(!is_typed(), "place", place_, "one in a study file");
  return key_;
}

const std::vector<std::string>& Given::values() const {
  check(is_typed(), "place", place_, "an option");
  return values_;
}

std::uint64_t Given::whole(std::uint64_t from, std::uint64_t to) const {
  if (is_typed()) return whole_number(text(), place_, from, to);
  constexpr std::uint64_t most_of_toml = std::numeric_limits<std::int64_t>::max();
  return *table_->whole(key_, from, std::min(to, most_of_toml));
}

std::uint32_t Given::count(std::uint32_t from, std::uint32_t to) const {
  return static_cast<std::uint32_t>(whole(from, to));
}

double Given::number(const NumberRange& range) const {
  return is_typed() ? number_value(text(), place_, range) : *table_->number(key_, range);
}

std::string Given::text() const {
  if (!is_typed()) return *table_->text(key_);
  check(values_.size() == 1, "values", values_.size(), "one");
  if (values_.front().empty()) throw RequestError({place_, "nothing", "a value", ""});
  return values_.front();
}

std::string Given::one_of(const std::string& what, const std::vector<std::string>& known) const {
  std::string name = text();
  if (std::ranges::find(known, name) != known.end()) return name;
  throw RequestError({place_, fmt::format("the unknown {} '{}'", what, name), "one of " + join(known, ", "),
                      hint_for(name, known)});
}

bool Given::truth() const { return is_typed() || *table_->boolean(key_); }

std::vector<std::string> Given::list(std::vector<std::string> (*split)(const std::string& text,
                                                                       const std::string& place)) const {
  return is_typed() ? split(values().front(), place_) : *table_->texts(key_);
}

}  // namespace etalon
