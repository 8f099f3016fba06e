#include "etalon/study/study_name.h"

#include "etalon/base/error.h"
#include "etalon/base/printable.h"

namespace etalon {
namespace {

/// What is wrong with it; empty for nothing.
std::string fault_of(const std::string& name) {
  if (name.empty()) return "no name";
  if (name.size() > longest_study_name)
    return "a name of " + std::to_string(name.size()) + " bytes ('" + short_name(name) + "')";
  const std::string shown = "'" + shown_name(name) + "'";
  if (shown_name(name) != name) return "the name " + shown + ", which holds control characters or no UTF-8";
  if (name.front() == '-') return "the name " + shown + ", which begins with '-'";
  if (name.front() == ' ' || name.back() == ' ')
    return "the name " + shown + ", with a space at one of its ends";
  return "";
}

}  // namespace

void require_study_name(const std::string& name, const std::string& place) {
  const std::string fault = fault_of(name);
  if (fault.empty()) return;
  throw RequestError({place, fault,
                      "a name of 1 to " + std::to_string(longest_study_name) + " bytes of printable UTF-8",
                      "such as mnist-first; without a name the study gets one that follows its definition"});
}

std::string shown_name(const std::string& name) {
  std::string shown;
  for (const char c : printable(name)) shown += c == '\n' ? "\\x0a" : c == '\t' ? "\\x09" : std::string(1, c);
  return shown;
}

std::string short_name(const std::string& name) {
  constexpr std::size_t end = 30;
  std::string shown = shown_name(name);
  if (shown.size() <= longest_study_name) return shown;
  return printable(shown.substr(0, end)) + "..." + printable(shown.substr(shown.size() - end));
}

}  // namespace etalon
