/// Exports for other programs: comma-separated, one header line, an empty field where nothing was measured.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "etalon/report/study_view.h"

namespace etalon::report {

/// One line a trial:
/// set, eta_GROUP..., seed, status, fate, speed, stability, epochs, steps, samples, reference_loss,
/// training_loss, validation_loss, validation_accuracy, epochs_to_loss_target, loss_target_reached,
/// epochs_to_accuracy_target, accuracy_target_reached, area, set_back, catapult, instability, spike_share,
/// still_falling, seconds. Accuracies and shares lie in [0, 1]; `seconds` is as stored.
std::string trials_csv(const StudyView& view);

/// Takes a text piece by piece.
using TextSink = std::function<void(std::string_view)>;

/// One line a reported training loss, and no times:
/// set, eta_GROUP..., seed, step, epoch, training_loss. `step` counts from 0, `epoch` is fractional and says
/// how much training came before (Resolution::epoch: what the mean was taken over, up to its end). Told in
/// pieces, because it is long: several times what the study itself takes.
void curves_csv(const StudyView& view, const TextSink& sink);
std::string curves_csv(const StudyView& view);  ///< the same as one text

/// One line a finished epoch, and no times:
/// set, eta_GROUP..., seed, epoch, training_loss (mean), validation_loss, validation_accuracy.
std::string epochs_csv(const StudyView& view);

}  // namespace etalon::report
