/// Does a stored study still say what training says? Everything is loaded, which checks every checksum, and a
/// sample of the trials is trained again.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "etalon/running/study_runner.h"

namespace etalon {

struct VerifyOptions {
  std::uint32_t sample =
      4;  ///< trials to train again; 0: none. Which ones: drawn by keyed randomness, the same every time
  /// Told after each of the sample: so many of so many.
  std::function<void(std::uint32_t done, std::uint32_t all)> on_trained = [](std::uint32_t, std::uint32_t) {};
};

/// One trial whose bits are not those that training gives.
struct TrialDifference {
  TrialKey key;
  std::string what;  ///< "loss of step 17: stored 0.25, trained 0.5"; "kept weights: 3 of 1234 differ"
};

struct Verification {
  std::uint32_t trials = 0;   ///< loaded
  std::uint32_t weights = 0;  ///< kept weights loaded
  std::uint32_t trained = 0;  ///< trained again and compared
  std::uint32_t other_class =
      0;  ///< of the sample: of another numeric class than this machine's, not comparable here
  std::uint32_t left_out = 0;  ///< of the sample: not reached because of `stop`
  std::vector<TrialDifference> differences;
};

/// Compares with what `store` holds of `prepared`'s study. Changes nothing. Throws what the store throws
/// where something is damaged, and RequestError if it has no such study. Returns early where `stop` turns
/// true.
Verification verify_study(const PreparedStudy& prepared, StudyStore& store, const VerifyOptions& options,
                          const std::atomic<bool>& stop);

}  // namespace etalon
