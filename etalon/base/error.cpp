#include "etalon/base/error.h"

namespace etalon {

std::string to_text(const Complaint& complaint) {
  std::string text =
      complaint.place + ": received " + complaint.received + ", expected " + complaint.expected;
  if (!complaint.hint.empty()) text += "\n  hint: " + complaint.hint;
  return text;
}

}  // namespace etalon
