/// How many threads a trial is worth: as many as make its steps shorter, by measurement.
#pragma once

#include <cstdint>
#include <vector>

namespace etalon {

/// Where threads share a trial, each reads what others wrote. Whether that pays is a matter of the network and of how
/// far apart the processors are: on some machines a small network takes twice as long with two. So each member more
/// is tried for a few steps, in comparison with as many without it, and stays if the fastest of them is faster.
/// Changes no bit of a trial. Used by one thread at a time.
class CrewSize {
 public:
  static constexpr std::uint32_t steps_tried = 4;
  static constexpr double worth = 0.97;  ///< of the time without it: a member more must take no longer

  /// Of the members that there are (at least 1), how many take part in the next step.
  std::uint32_t next(std::uint32_t there);
  /// A step took so long with so many members.
  void step(std::uint32_t members, double seconds);
  /// False once a member more has turned out not to pay.
  bool may_grow() const { return !full_; }

 private:
  struct Tried {
    std::uint32_t steps = 0;
    double fastest = 0;  ///< seconds
  };
  Tried& tried(std::uint32_t members);

  std::uint32_t size_ = 1;    ///< that is known to pay
  bool full_ = false;         ///< one more does not
  std::vector<Tried> tried_;  ///< [members - 1]
};

}  // namespace etalon
