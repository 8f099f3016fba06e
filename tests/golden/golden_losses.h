/// What PyTorch left in tests/golden/FILE.json for a case.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "etalon/base/files.h"
#include "tests/golden/cases.h"

namespace etalon::golden {

struct GoldenLosses {
  std::string inputs;                     ///< digest_of(GoldenInputs) when they were made
  std::vector<double> losses;             ///< [step], before each update
  std::vector<double> validation_losses;  ///< [epoch], after it
};

/// Throws if the case has no losses yet: run tools/golden/make_pytorch_goldens.py.
inline GoldenLosses losses_of(const GoldenCase& golden_case) {
  const auto path = std::string(ETALON_SOURCE_DIR) + "/tests/golden/" + golden_case.file + ".json";
  const auto file = nlohmann::json::parse(read_text(path));
  for (const auto& stored : file.at("cases"))
    if (stored.at("name") == golden_case.name)
      return {stored.at("inputs"), stored.at("losses"), stored.at("validation_losses")};
  throw std::runtime_error(path + " has no case '" + golden_case.name + "'");
}

}  // namespace etalon::golden
