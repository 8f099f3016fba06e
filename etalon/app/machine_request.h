/// What a machine brings to a study that it did not ask for itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etalon/running/worker.h"

namespace etalon {

/// `data` holds "NAME=SOURCE". Throws RequestError for a value that cannot be right.
WorkerRequest machine_request(const std::vector<std::string>& data, const std::optional<std::string>& threads,
                              const std::optional<std::string>& memory);

}  // namespace etalon
