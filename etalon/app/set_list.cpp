#include "etalon/app/set_list.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "etalon/app/values.h"
#include "etalon/base/error.h"

namespace etalon {
namespace {

std::vector<std::string> split_at_plain_commas(const std::string& text) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',')
      parts.back() += text[++i];
    else if (text[i] == ',')
      parts.emplace_back();
    else
      parts.back() += text[i];
  return parts;
}

/// Whether both are the halves of one folder that is there.
bool is_cut(const std::string& set, const std::string& rest) {
  const std::size_t colon = set.find(':');
  std::error_code ignored;
  return colon != std::string::npos &&
         std::filesystem::is_directory(set.substr(colon + 1) + "," + rest, ignored);
}

}  // namespace

std::vector<std::string> set_list(const std::string& text, const std::string& place) {
  std::vector<std::string> sets = split_at_plain_commas(text);
  if (std::ranges::find(sets, "") != sets.end())
    throw RequestError({place, text.empty() ? "an empty list" : in_quotes(text),
                        "sets separated by single commas", "a comma within a path is written '\\,'"});
  for (std::size_t i = 1; i < sets.size(); ++i)
    if (is_cut(sets[i - 1], sets[i]))
      throw RequestError({place, in_quotes(text), "sets separated by commas",
                          fmt::format("write a path's own comma as '\\,': '{}\\,{}'", sets[i - 1], sets[i])});
  return sets;
}

}  // namespace etalon
