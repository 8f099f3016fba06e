#include "etalon/app/options/request.h"

#include <algorithm>

#include "etalon/app/options/given.h"
#include "etalon/app/study_file.h"

namespace etalon {

void Request::take(const Option& option, const Given& given) {
  option.read(given, *this);
  if (option.field) places[*option.field] = given.place();
}

bool Request::has_typed(const std::string& flag) const {
  return std::ranges::any_of(typed, [&](const TypedOption& one) { return flag_of(*one.option) == flag; });
}

std::string Request::place(Field field) const {
  const auto written = places.find(field);
  return written == places.end() ? usual_place(field) : written->second;
}

FieldNames Request::field_names() const {
  return [this](Field field) { return place(field); };
}

void apply_typed(const std::vector<TypedOption>& typed, Request& to) {
  for (const auto& [option, values] : typed) to.take(*option, Given(flag_of(*option), values));
}

void read_request(std::vector<TypedOption> typed, Request& to, Options options) {
  to.typed = std::move(typed);
  for (const auto& [option, values] : to.typed)
    if (option->owner == Owner::argument) to.take(*option, Given(flag_of(*option), values));
  if (!to.study_file.empty()) read_study_file(to.study_file, to, options);
  apply_typed(to.typed, to);
}

}  // namespace etalon
