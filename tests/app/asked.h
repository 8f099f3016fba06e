/// Requests as a command line makes them.
#pragma once

#include <string>
#include <vector>

#include "etalon/app/command_line.h"
#include "etalon/app/tune_request.h"
#include "etalon/base/text.h"

namespace etalon {

/// Words between spaces.
inline CommandLine parsed(const std::string& line, Options options = option_table()) {
  std::vector<std::string> words;
  for (const std::string& word : split_text(line, ' '))
    if (!word.empty()) words.push_back(word);
  return parse_command_line(words, "etalon 1.2.3", options);
}

/// What a line of any command asks for.
inline Request requested(const std::string& line, Options options = option_table()) {
  Request request;
  read_request(parsed(line, options).typed, request, options);
  return request;
}

/// What `tune` with these options trains.
inline Request asked(const std::string& options = "") {
  Request request = requested("tune " + options);
  complete(request);
  return request;
}

}  // namespace etalon
