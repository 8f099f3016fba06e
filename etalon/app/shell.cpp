#include "etalon/app/shell.h"

#include <cctype>

#include <fmt/format.h>

#include "etalon/base/printable.h"
#include "etalon/base/text.h"
#include "etalon/storage/open_store.h"

namespace etalon {

std::string shell_word(std::string_view word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  if (printable(word) != word) {  // a terminal would not show these bytes: $'...' of bash, ksh and zsh
    std::string escaped = "$'";
    for (const char c : word)
      escaped += c == '\'' || c == '\\' ? std::string{'\\', c}
                 : std::iscntrl(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80
                     ? fmt::format("\\x{:02x}", static_cast<unsigned char>(c))
                     : std::string(1, c);
    return escaped + "'";
  }
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

namespace {

/// The word, but "***" for the password of an address: these lines end in logs.
std::string without_password(const std::string& word) {
  constexpr std::string_view option = "--store=";
  if (word.starts_with(option)) return std::string(option) + shown_store(word.substr(option.size()));
  return shown_store(word);
}

}  // namespace

std::string shell_line(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(shell_word(without_password(word)));
  return join(quoted, " ");
}

std::string reproducing_line(const std::vector<TypedOption>& typed) {
  std::vector<std::string> words{"etalon", "tune"};
  for (std::string& word : reproducing_words(typed)) words.push_back(std::move(word));
  return shell_line(words);
}

}  // namespace etalon
