/// How a study trains, as PyTorch code: parts of parameter_groups.py that need no choice, and an empty text
/// where a study needs none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/study/definition.h"

namespace etalon::report {

/// "torch.optim.SGD(groups, momentum=0.9, nesterov=True)"
std::string optimizer_call(const OptimizerSpec& spec, const std::string& groups);

/// initialize(model): the study's start (nn/initializer.h) with PyTorch's own random numbers.
std::string initialize_code(const std::string& initializer);

/// criterion(), where labels are smoothed: by an expression, "0.1"; empty: they are not.
std::string criterion_code(const std::string& label_smoothing);

/// augmentation(height, width), where training images are changed.
std::string augmentation_code(const std::vector<std::string>& steps);

/// scheduler(optimizer, steps_per_epoch): the same factor on every eta as in the study, to be stepped after
/// each minibatch, also beyond the study's epochs; nothing where it is 1 throughout.
std::string scheduler_code(const ScheduleSpec& spec, std::uint32_t epochs);

}  // namespace etalon::report
