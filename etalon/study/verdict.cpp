#include "etalon/study/verdict.h"

namespace etalon {

std::string to_text(TrialStatus status) {
  switch (status) {
    case TrialStatus::learning:
      return "learning";
    case TrialStatus::stalled:
      return "stalled";
    case TrialStatus::stopped:
      return "stopped";
    case TrialStatus::diverged:
      return "diverged";
  }
  return {};
}

std::string to_text(Fate fate) {
  switch (fate) {
    case Fate::learned:
      return "learned";
    case Fate::slow:
      return "slow";
    case Fate::failed:
      return "failed";
  }
  return {};
}

std::string to_text(SpeedWord speed) {
  switch (speed) {
    case SpeedWord::super_fast:
      return "super fast";
    case SpeedWord::fast:
      return "fast";
    case SpeedWord::slow:
      return "slow";
    case SpeedWord::very_slow:
      return "very slow";
    case SpeedWord::not_moving:
      return "not moving";
  }
  return {};
}

std::string to_text(StabilityWord word) {
  switch (word) {
    case StabilityWord::too_short:
      return "too short to tell";
    case StabilityWord::perfectly_stable:
      return "perfectly stable";
    case StabilityWord::quite_stable:
      return "quite stable";
    case StabilityWord::unstable:
      return "unstable";
    case StabilityWord::really_unstable:
      return "really unstable";
    case StabilityWord::diverging:
      return "diverging";
  }
  return {};
}

}  // namespace etalon
