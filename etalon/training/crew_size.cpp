#include "etalon/training/crew_size.h"

#include <algorithm>

#include "etalon/base/check.h"

namespace etalon {

CrewSize::Tried& CrewSize::tried(std::uint32_t members) {
  check(members > 0, "members", members, "at least 1");
  if (tried_.size() < members) tried_.resize(members);
  return tried_[members - 1];
}

std::uint32_t CrewSize::next(std::uint32_t there) {
  check(there > 0, "members", there, "at least 1");
  if (full_ || there <= size_) return std::min(there, size_);
  if (tried(size_).steps < steps_tried) return size_;
  const Tried more = tried(size_ + 1);
  if (more.steps < steps_tried) return size_ + 1;
  if (more.fastest <= worth * tried(size_).fastest)
    ++size_;
  else
    full_ = true;
  return next(there);
}

void CrewSize::step(std::uint32_t members, double seconds) {
  Tried& of = tried(members);
  of.fastest = of.steps == 0 ? seconds : std::min(of.fastest, seconds);
  ++of.steps;
}

}  // namespace etalon
