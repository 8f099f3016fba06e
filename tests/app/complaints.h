/// What a call complains about, for tests of errors.
#pragma once

#include "etalon/base/error.h"

namespace etalon {

/// The complaint of the RequestError that `call` throws; an empty one if it throws nothing.
template <typename Call>
Complaint complaint_of(Call&& call) {
  try {
    call();
  } catch (const RequestError& error) {
    return error.complaint();
  }
  return {};
}

}  // namespace etalon
