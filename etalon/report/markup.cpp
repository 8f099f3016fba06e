#include "etalon/report/markup.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "etalon/base/text.h"

namespace etalon::report {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }

std::size_t longest_run(const std::string& text, char wanted) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == wanted ? run + 1 : 0);
  return longest;
}

}  // namespace

std::string escaped_markdown(const std::string& text) {
  static const std::string special = "\\`*_{}[]<>#|~$&";
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string::npos) result += '\\';
    result += is_control(c) ? ' ' : c;
  }
  return result;
}

std::string inline_code(const std::string& text) {
  const std::string fence(longest_run(text, '`') + 1, '`');
  const std::string pad = text.find('`') != std::string::npos ? " " : "";
  std::string clean = text;
  std::replace_if(clean.begin(), clean.end(), is_control, ' ');
  return fence + pad + clean + pad + fence;
}

std::string inline_code_in_table(const std::string& text) {
  std::string result;
  for (const char c : inline_code(text)) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}

std::string code_block(const std::string& language, const std::string& text) {
  const std::string fence(std::max<std::size_t>(3, longest_run(text, '`') + 1), '`');
  return fence + language + "\n" + text + (text.ends_with('\n') ? "" : "\n") + fence + "\n";
}

std::string escaped_xml(const std::string& text) {
  std::string result;
  for (const char c : text) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += is_control(c) ? ' ' : c;
    }
  return result;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

std::string quoted_literal(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (is_control(c)) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string slug(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool safe = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
    result += safe ? c : '-';
  }
  while (!result.empty() && result.front() == '.') result.erase(0, 1);
  return result.empty() ? "set" : result;
}

std::string markdown_table(const std::vector<std::string>& head,
                           const std::vector<std::vector<std::string>>& rows, std::size_t left) {
  std::string text = "| " + join(head, " | ") + " |\n|";
  for (std::size_t column = 0; column < head.size(); ++column) text += column < left ? " --- |" : " ---: |";
  text += "\n";
  for (const auto& row : rows) text += "| " + join(row, " | ") + " |\n";
  return text;
}

}  // namespace etalon::report
