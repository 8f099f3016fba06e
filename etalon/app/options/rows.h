/// The rows of the option table, by what they belong to.
#pragma once

#include "etalon/app/options/option.h"

namespace etalon {

// command_rows.cpp
Options argument_rows();
Options jobs_rows();

// study_rows.cpp
Options definition_rows();
Options plan_rows();
Options rules_rows();

// machine_rows.cpp
Options stored_rows();
Options machine_rows();
Options name_rows();
Options place_rows();
Options output_rows();

}  // namespace etalon
