/// What training can show at all, known before any of it is done: settings that are void together are
/// refused, what cannot be judged is said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/nn/describe.h"
#include "etalon/running/request.h"

namespace etalon {

/// Throws RequestError where no setting could be compared on this set: a warm-up that lasts longer than the
/// budget; a step schedule with drops in every step; a batch norm that sees one value a channel when
/// training, so that its output is its shift whatever its input (PyTorch refuses that too). `source` names
/// the data, `samples` are those of training. REQUIRES: a request that require_valid accepts, samples >=
/// batch.
void require_feasible(const StudyRequest& request, const std::string& source, std::uint32_t samples,
                      const NetworkDescription& network);

/// What a run on this set of `samples` training samples cannot show, a sentence each: too few steps to judge
/// by, a warm-up or a schedule that changes nothing within the budget, one that hardly lets a run take its
/// eta. REQUIRES: what require_feasible accepts.
std::vector<std::string> doubts_of(const StudyRequest& request, const std::string& set,
                                   std::uint32_t samples);

}  // namespace etalon
