/// Errors as a person reads them: where, what was received, what was expected, and a hint.
///
/// An exception is thrown only where an operation cannot continue. RequestError blames the request (usage,
/// study file, data, paths: exit code 2), Failure the run (exit code 1). A diverging trial is neither: it is
/// a result.
#pragma once

#include <stdexcept>
#include <string>

namespace etalon {

enum class ExitCode : int { done = 0, failed = 1, wrong_request = 2, interrupted = 130 };

struct Complaint {
  std::string place;     ///< where: a file and line, an option, a layer; never empty
  std::string received;  ///< what was found there
  std::string expected;  ///< what would have been right
  std::string hint;      ///< what the user can do; may be empty
};

/// "PLACE: received R, expected E", and the hint on a line of its own.
std::string to_text(const Complaint& complaint);

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

}  // namespace etalon
