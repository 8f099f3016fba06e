/// The recommendation ready to paste: parameter groups for PyTorch, and lines for an Etalon study file.
#pragma once

#include <optional>
#include <string>

#include "etalon/report/study_view.h"

namespace etalon::report {

/// The setting to paste: the overall one, else that of the first set that has one.
std::optional<Setting> setting_to_use(const StudyView& view);

/// parameter_groups.py: etas of each data set and overall; parameter_groups(model) puts every trainable
/// parameter into the group of its layer and refuses a model with one in none or in two; optimizer(model)
/// makes torch.optim's counterpart of the study's optimizer; initialize(model) starts it as the study did;
/// where the study had a schedule, scheduler(optimizer, steps_per_epoch) follows it.
std::string parameter_groups_py(const StudyView& view);

/// The few lines for a plain model whose convolutions and dense layers are two groups; nothing where groups
/// are selected otherwise or every run diverged.
std::optional<std::string> short_snippet(const StudyView& view);

/// [training] and [eta] of a study file that trains this setting again.
std::string study_file_lines(const StudyView& view);

}  // namespace etalon::report
