/// Which of a store's studies is meant.
#pragma once

#include <string>

#include "etalon/storage/study_store.h"

namespace etalon {

struct ChosenName {
  std::string name;
  std::string note;  ///< why this one, where there was a choice; else empty
};

/// The study named `name`; where that is empty the only one, or the one changed last. `where` is the store as it
/// was typed. Throws RequestError for a store without studies, an unknown name (with the names there are),
/// and where two were changed last at the same moment. Loads no study.
ChosenName choose_study_name(StudyStore& store, const std::string& where, const std::string& name);

struct ChosenStudy {
  StudySnapshot study;
  std::string note;  ///< why this one, where there was a choice; else empty
};

/// The same, loaded.
ChosenStudy choose_study(StudyStore& store, const std::string& where, const std::string& name);

}  // namespace etalon
