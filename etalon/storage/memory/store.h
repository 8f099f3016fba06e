/// A store that lives as long as its object: the twin of the file stores, for tests and for trying things.
#pragma once

#include <memory>

#include "etalon/base/clock.h"
#include "etalon/storage/study_store.h"

namespace etalon {

std::unique_ptr<StudyStore> make_memory_store(const Clock& clock);

}  // namespace etalon
