/// What a file is that is no data: saved by mistake, or in place of what was to be fetched.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace etalon {

/// What it is and what to do: "a web page (<!DOCTYPE html>...)", "the download failed ...". Both empty for
/// bytes that look like nothing known.
struct ForeignFile {
  std::string what;
  std::string hint;
  explicit operator bool() const { return !what.empty(); }
};

/// Told from the first bytes: web pages, Git LFS pointers, plain text, and archives of other kinds.
ForeignFile foreign_file(std::span<const std::uint8_t> start);

}  // namespace etalon
