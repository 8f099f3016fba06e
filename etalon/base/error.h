/// Errors as a person reads them: where, what was received, what was expected, and a hint.
///
/// An exception is thrown only where an operation cannot continue. RequestError blames the request (usage,
/// study file, data, paths: exit code 2), Failure the run (exit code 1). A diverging trial is neither: it is
/// a result.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "etalon/base/field.h"

namespace etalon {

enum class ExitCode : int { done = 0, failed = 1, wrong_request = 2, interrupted = 130 };

/// What a field is called: "--batch", "study.toml:7".
using FieldNames = std::function<std::string(Field)>;

/// A text that may begin with a field.
struct Phrase {
  std::optional<Field> field;
  std::string text;  ///< what follows the field's name; without a field all of it

  Phrase() = default;
  Phrase(std::string words) : text(std::move(words)) {}
  Phrase(const char* words) : text(words) {}
  Phrase(Field about, std::string words = "") : field(about), text(std::move(words)) {}
  bool empty() const { return !field && text.empty(); }
  explicit operator std::string() const;
  friend bool operator==(const Phrase& phrase, std::string_view text) { return std::string(phrase) == text; }
};

std::string to_text(const Phrase& phrase, const FieldNames& names = name_of);

inline Phrase::operator std::string() const { return to_text(*this); }

struct Complaint {
  Phrase place;          ///< where: a file and line, a field, a layer; never empty
  std::string received;  ///< what was found there
  std::string expected;  ///< what would have been right
  Phrase hint;           ///< what the user can do; may be empty
};

/// "PLACE: received R, expected E", and the hint on a line of its own.
std::string to_text(const Complaint& complaint, const FieldNames& names = name_of);

class Error : public std::runtime_error {
 public:
  Error(Complaint complaint, ExitCode code)
      : std::runtime_error(to_text(complaint)), complaint_(std::move(complaint)), code_(code) {}
  const Complaint& complaint() const { return complaint_; }
  ExitCode code() const { return code_; }

 private:
  Complaint complaint_;
  ExitCode code_;
};

/// The request was wrong: exit code 2, nothing was changed.
class RequestError : public Error {
 public:
  explicit RequestError(Complaint complaint) : Error(std::move(complaint), ExitCode::wrong_request) {}
};

/// The request was right and could not be carried out: exit code 1.
class Failure : public Error {
 public:
  explicit Failure(Complaint complaint) : Error(std::move(complaint), ExitCode::failed) {}
};

/// What `work` returns. The place of a RequestError that it throws follows the field's name: for work that
/// knows a part of a request, and not which.
template <class Work>
auto about(Field field, const Work& work) {
  try {
    return work();
  } catch (const RequestError& error) {
    Complaint complaint = error.complaint();
    complaint.place.field = field;
    throw RequestError(std::move(complaint));
  }
}

}  // namespace etalon
