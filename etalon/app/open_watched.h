/// A store whose outages a person sees and may leave.
#pragma once

#include <memory>
#include <string>

#include "etalon/live/display.h"
#include "etalon/storage/open_store.h"

namespace etalon {

/// As open_store(). `display`, which must outlive the store, tells when a server does not answer and when it
/// does again. Whatever waits for one throws Interrupted once an InterruptWatch has seen a signal.
std::unique_ptr<StudyStore> open_watched(const std::string& where, StoreAccess access,
                                         ProgressDisplay& display);

}  // namespace etalon
