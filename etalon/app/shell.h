/// Command lines as a shell reads them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "etalon/app/options/option.h"

namespace etalon {

/// The word itself, or within single quotation marks where a shell would read it otherwise; as $'...' where
/// it holds bytes that no terminal shows.
std::string shell_word(std::string_view word);

/// Words joined by spaces, each as shell_word gives it.
std::string shell_line(const std::vector<std::string>& words);

/// The `etalon tune` line that asks for the same study: options that change no curve and no choice (threads,
/// paths, what is printed) are left out.
std::string reproducing_line(const std::vector<TypedOption>& typed);

}  // namespace etalon
