/// How a study comes into the store, and how several that ask for the same one agree on its plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etalon/running/prepare.h"
#include "etalon/running/study_runner.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// Creates the study, or widens the stored one by what `all` asks for, and lets what is missing of it wait
/// for workers. Any number may do so at once: the plan that comes out covers them all. Where it asks for more
/// epochs, finished trials go on. Throws RequestError where the stored definition is another.
OpenedStudy open_study(const Preparation& all, StudyStore& store);

/// Where the store holds the same study as an older program left it, makes `all` a request for that one: named by
/// default when epochs were part of a name, or begun with an older version of the numerics. Of several the one with the
/// newest numerics, then of as many epochs, then of most. With a name asked for, that study alone is looked at.
void take_older(Preparation& all, StudyStore& store);

struct NextRound {
  bool more = false;                   ///< something is left to train, or has to be looked at again
  std::vector<std::string> words;      ///< what was planned just now, for a person
  std::optional<Judgement> judgement;  ///< of the study as it was given, where it had to be judged
};

/// Adds to a stored study what its strategies propose next, or what confirms their choice, if that is not
/// waiting, held or finished already. Counts the study's trials anew.
NextRound plan_next(const Preparation& all, StudySnapshot& study, StudyStore& store);

}  // namespace etalon
