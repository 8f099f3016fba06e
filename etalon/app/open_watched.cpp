#include "etalon/app/open_watched.h"

#include "etalon/app/interrupt.h"
#include "etalon/base/clock.h"

namespace etalon {

std::unique_ptr<StudyStore> open_watched(const std::string& where, StoreAccess access,
                                         ProgressDisplay& display) {
  return open_store(where, access, system_clock(), InterruptWatch::sleep,
                    [&display](const StoreOutage& outage) { display.store_away(!outage.over, outage.text); });
}

}  // namespace etalon
