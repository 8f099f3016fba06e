#include "etalon/app/text_layout.h"

#include <algorithm>
#include <cctype>

#include "etalon/base/text.h"

namespace etalon {
namespace {

/// Characters that a terminal shows for UTF-8 text without wide ones: bytes that begin a character.
std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_number_like(const std::string& cell) {
  return !cell.empty() &&
         (std::isdigit(static_cast<unsigned char>(cell[0])) || cell[0] == '>' || cell == "-");
}

bool aligns_right(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
  return rows.size() > 1 && std::all_of(rows.begin() + 1, rows.end(),
                                        [&](const auto& row) { return is_number_like(row.at(column)); });
}

}  // namespace

std::string wrapped(const std::string& text, unsigned indent, unsigned columns) {
  std::string result;
  std::size_t at = indent;
  for (const std::string& word : split_text(text, ' ')) {
    if (word.empty()) continue;
    const bool first = result.empty();
    if (!first && at + 1 + shown_width(word) > columns) {
      result += '\n';
      result.append(indent, ' ');
      at = indent;
    } else if (!first) {
      result += ' ';
      ++at;
    }
    result += word;
    at += shown_width(word);
  }
  return result;
}

std::vector<std::string> aligned_rows(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string> lines(rows.size());
  if (rows.empty()) return lines;
  for (std::size_t column = 0; column < rows[0].size(); ++column) {
    std::size_t width = 0;
    for (const auto& row : rows) width = std::max(width, shown_width(row.at(column)));
    const bool right = aligns_right(rows, column);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (column > 0) lines[i] += "  ";
      const std::string space(width - shown_width(rows[i][column]), ' ');
      lines[i] += right ? space + rows[i][column] : rows[i][column] + space;
    }
  }
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

}  // namespace etalon
