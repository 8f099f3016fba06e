#include "etalon/app/choose_study.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/storage/open_store.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

std::vector<std::string> names_of(const std::vector<StudySummary>& studies) {
  std::vector<std::string> names;
  for (const StudySummary& study : studies) names.push_back(shown_name(study.name));
  return names;
}

ChosenName latest(std::vector<StudySummary> studies, const std::string& where) {
  std::stable_sort(studies.begin(), studies.end(), [](const StudySummary& a, const StudySummary& b) {
    return a.last_change_unix_millis > b.last_change_unix_millis;
  });
  if (studies.size() == 1) return {studies[0].name, ""};
  if (studies[0].last_change_unix_millis == studies[1].last_change_unix_millis)
    throw RequestError({"--study", "no name, and several studies in " + where, "the name of one",
                        "known: " + join(names_of(studies), ", ")});
  return {studies[0].name, fmt::format("study {}, changed last of {} in {}; --study names another",
                                       short_name(studies[0].name), studies.size(), where)};
}

[[noreturn]] void refuse_unknown(const std::string& name, const std::vector<std::string>& known,
                                 const std::string& where) {
  throw RequestError({"--study", fmt::format("the unknown study '{}'", short_name(name)),
                      "a study of " + where, hint_for(name, known)});
}

}  // namespace

ChosenName choose_study_name(StudyStore& store, const std::string& where, const std::string& name) {
  const std::vector<StudySummary> studies = store.list_studies();
  const std::string shown = shown_store(where);
  if (studies.empty())
    throw RequestError(
        {"--store " + shown, "a store without studies", "a store that holds one", "'etalon tune' makes one"});
  if (name.empty()) return latest(studies, shown);
  for (const StudySummary& study : studies)
    if (study.name == name) return {study.name, ""};
  for (const StudySummary& study : studies)  // as it is shown
    if (shown_name(study.name) == name) return {study.name, ""};
  refuse_unknown(name, names_of(studies), shown);
}

ChosenStudy choose_study(StudyStore& store, const std::string& where, const std::string& name) {
  const auto [chosen, note] = choose_study_name(store, where, name);
  if (auto study = store.load_study(chosen)) return {std::move(*study), note};
  refuse_unknown(chosen, names_of(store.list_studies()), shown_store(where));  // deleted in between
}

}  // namespace etalon
