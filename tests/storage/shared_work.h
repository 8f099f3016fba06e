/// What processes do that share a study: join, plan, train, finish, until nothing is left.
#pragma once

#include <cstdint>
#include <string>

namespace etalon {

inline constexpr std::uint32_t process_count = 16, trial_count = 160;

/// The work of one of them, but for the training; 0 where it went well. Each trial takes `train_millis`.
/// `crashes`: a server that crashes may forget claims of its last moments; their results are refused, the
/// trials wait again.
int work_on(const std::string& store, std::uint32_t train_millis = 0, bool crashes = false);

/// Every trial is there once, with its bits; nothing waits and nobody works.
void expect_all_work_done(const std::string& store);

}  // namespace etalon
