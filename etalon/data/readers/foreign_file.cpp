#include "etalon/data/readers/foreign_file.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace etalon {
namespace {

constexpr std::size_t shown = 40;   // bytes of a text that a message quotes
constexpr std::size_t judged = 64;  // bytes that must be text for a file to count as one
constexpr std::size_t least_text = 4;

struct Signature {
  std::string_view bytes;
  const char* what;
};

constexpr std::array<Signature, 6> archives = {{{"PK\x03\x04", "a zip archive"},
                                                {"BZh", "a bzip2 file"},
                                                {"\xfd"
                                                 "7zXZ",
                                                 "an xz file"},
                                                {"\x28\xb5\x2f\xfd", "a zstd file"},
                                                {"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
                                                {"\x93NUMPY", "a NumPy array"}}};

bool is_text(unsigned char c) { return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r'; }

std::string lower(std::string_view text) {
  std::string result;
  for (const char c : text) result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

/// The beginning of a text on one line.
std::string quoted(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, shown)) {
    if (!is_text(static_cast<unsigned char>(c)) || c == '\n' || c == '\r') break;
    result += c;
  }
  return "'" + result + (result.size() < text.size() ? "...'" : "'");
}

}  // namespace

ForeignFile foreign_file(std::span<const std::uint8_t> start) {
  std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  for (const Signature& archive : archives)
    if (text.starts_with(archive.bytes)) return {archive.what, "unpack it first, and name what was in it"};
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const std::string_view judged_text = text.substr(0, judged);
  if (judged_text.size() < least_text ||
      !std::ranges::all_of(judged_text, [](char c) { return is_text(static_cast<unsigned char>(c)); }))
    return {};
  const std::string begins = lower(judged_text);
  for (const std::string_view page : {"<!doctype", "<html", "<head", "<?xml", "<!--"})
    if (begins.starts_with(page))
      return {"a web page (" + quoted(text) + ")",
              "the download failed: the server sent a page instead of the file; fetch it again"};
  if (begins.starts_with("version https://"))
    return {"a pointer of Git LFS (" + quoted(text) + ")", "fetch what it points to with 'git lfs pull'"};
  return {"a text (" + quoted(text) + ")",
          "if that is a server's answer, the download failed; fetch the file again"};
}

}  // namespace etalon
