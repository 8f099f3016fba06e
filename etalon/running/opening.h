/// How a study comes into the store, and how several that ask for the same one agree on its plan.
#pragma once

#include "etalon/running/prepare.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// Creates the study, or widens the stored one by what `all` asks for, and lets what is missing of it wait
/// for workers. Any number may do so at once: the plan that comes out covers them all. Throws RequestError
/// where the stored definition is another.
void open_study(const Preparation& all, StudyStore& store);

/// Adds to a stored study what its strategies propose next, if that is not waiting, held or finished already.
/// True if anything is missing.
bool plan_next(const Preparation& all, StudySnapshot study, StudyStore& store);

}  // namespace etalon
