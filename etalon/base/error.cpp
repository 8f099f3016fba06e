#include "etalon/base/error.h"

namespace etalon {

std::string to_text(const Phrase& phrase, const FieldNames& names) {
  return phrase.field ? names(*phrase.field) + phrase.text : phrase.text;
}

std::string to_text(const Complaint& complaint, const FieldNames& names) {
  std::string text = to_text(complaint.place, names) + ": received " + complaint.received + ", expected " +
                     complaint.expected;
  if (!complaint.hint.empty()) text += "\n  hint: " + to_text(complaint.hint, names);
  return text;
}

}  // namespace etalon
