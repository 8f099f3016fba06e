/// What one of several members does, and where they wait for each other.
#pragma once

#include "etalon/lanes/instance.h"
#include "etalon/nn/network_plan.h"

namespace etalon::ETALON_INSTANCE {

/// A member's share of `count` things.
inline Range share_of(const Member& member, std::uint32_t count) {
  const auto border = [&](std::uint32_t k) {
    return static_cast<std::uint32_t>(std::uint64_t{count} * k / member.count);
  };
  return {border(member.index), border(member.index + 1)};
}

/// Returns when all members have come.
inline void meet(const Member& member) {
  if (member.count > 1) member.meet(member.crew);
}

}  // namespace etalon::ETALON_INSTANCE
