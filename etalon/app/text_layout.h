/// Text laid out for a terminal of some width.
#pragma once

#include <string>
#include <vector>

namespace etalon {

/// Breaks `text` at spaces so that no line is wider than `columns`; lines after the first begin with `indent`
/// spaces, and the first is taken to begin there. A word that is wider stays whole.
std::string wrapped(const std::string& text, unsigned indent, unsigned columns);

/// Columns as wide as their widest cell, two spaces between; the first row is the header. A column whose
/// cells below the header all begin with a digit or a sign is aligned right.
std::vector<std::string> aligned_rows(const std::vector<std::vector<std::string>>& rows);

}  // namespace etalon
