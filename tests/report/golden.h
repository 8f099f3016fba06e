/// Texts held against approved files in tests/report/golden.
#pragma once

#include <string>

namespace etalon::testing {

/// Fails unless `text` is the approved file `name`, naming the first line that differs. With the environment
/// variable ETALON_APPROVE=1 the file is written instead: look at its diff before committing.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace etalon::testing
