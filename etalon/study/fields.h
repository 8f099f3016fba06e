/// Stored objects, field by field: what an older program left out keeps its default; what nobody knows is
/// refused, as a newer program or damage has written it.
#pragma once

#include <optional>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "etalon/base/error.h"

namespace etalon {

class Fields {
 public:
  /// `what` is named in complaints: "schedule". Throws Failure unless `json` is an object.
  Fields(const nlohmann::json& json, const std::string& what) : json_(json), what_(what) {
    if (!json.is_object()) refuse(json.type_name(), "an object with fields");
  }

  /// Sets `value` to the field, where there is one; null counts as none.
  template <class Value>
  Fields& read(const std::string& name, Value& value) {
    known_.insert(name);
    if (const auto field = json_.find(name); field != json_.end() && !field->is_null()) field->get_to(value);
    return *this;
  }
  template <class Value>
  Fields& read(const std::string& name, std::optional<Value>& value) {
    known_.insert(name);
    if (const auto field = json_.find(name); field != json_.end() && !field->is_null())
      value = field->get<Value>();
    return *this;
  }
  /// Throws Failure where there is none.
  template <class Value>
  Fields& require(const std::string& name, Value& value) {
    if (!json_.contains(name) || json_.at(name).is_null()) refuse("no field '" + name + "'", "one");
    return read(name, value);
  }
  /// Of older programs, and of no use any more.
  Fields& skip(const std::string& name) {
    known_.insert(name);
    return *this;
  }
  /// Call last: throws Failure naming a field that was not asked for.
  void end() const {
    for (const auto& [name, field] : json_.items())
      if (!known_.contains(name)) refuse("the unknown field '" + name + "'", "those that this program knows");
  }

 private:
  [[noreturn]] void refuse(const std::string& received, const std::string& expected) const {
    throw Failure({what_, received, expected, "a newer Etalon may have written it, or the store is damaged"});
  }

  const nlohmann::json& json_;
  std::string what_;
  std::set<std::string> known_;
};

}  // namespace etalon
