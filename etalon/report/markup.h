/// Text made safe for the formats it is written into.
#pragma once

#include <string>
#include <vector>

namespace etalon::report {

/// Characters that Markdown or HTML would read as markup are escaped; control characters become spaces.
std::string escaped_markdown(const std::string& text);

/// `text` as code within a line, whatever backticks it holds.
std::string inline_code(const std::string& text);

/// The same in a cell of markdown_table, where a bar would end the cell.
std::string inline_code_in_table(const std::string& text);

/// A fenced block that `text` cannot close.
std::string code_block(const std::string& language, const std::string& text);

std::string escaped_xml(const std::string& text);

/// A field of a CSV line: quoted where it holds a comma, a quote or a line's end (RFC 4180).
std::string csv_field(const std::string& text);

/// A Python string literal in double quotes. Also a TOML basic string.
std::string quoted_literal(const std::string& text);

/// Letters, digits, '.', '_' and '-' of `text`, all others as '-': safe in file names and links.
std::string slug(const std::string& text);

/// A table of Markdown; cells are Markdown already. Columns after the first `left` ones are right-aligned.
std::string markdown_table(const std::vector<std::string>& head,
                           const std::vector<std::vector<std::string>>& rows, std::size_t left);

}  // namespace etalon::report
