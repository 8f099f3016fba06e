/// What must be true of the engine whatever the network, its numbers and its trials.
#pragma once

#include <string>

#include "fuzz/network_case.h"

namespace etalon::fuzz {

/// Trains trials of their own weights, samples and rates for two steps, evaluates them, by every instruction
/// set of the class, on one thread and several. Empty if each gives, bit for bit, what the oldest gives on
/// one; else where they part.
std::string difference_between_sets(const NetworkCase& made);

/// Runs one minibatch forward and back, then outside training, with layers fused and apart.
/// Empty if logits, losses, gradient and running statistics are those of nested loops
/// (tests/nn/plain_network.h), else where they part. Where an overflow made something that is no finite
/// number, anything goes: an infinity meets the zeros of a border.
std::string difference_from_nested_loops(const NetworkCase& made);

/// Runs one minibatch of usual numbers in double, convolutions by Winograd's algorithm and directly. Empty if
/// losses and gradient agree to the 1e-8 th part of the largest, else where they part.
std::string difference_of_winograd(const NetworkCase& made);

}  // namespace etalon::fuzz
