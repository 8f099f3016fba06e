/// The parts of a request that messages speak of.
#pragma once

namespace etalon {

/// What a part is called, an option or a line of a study file, is known to whoever took the request, and to
/// nobody else: errors carry the field.
enum class Field {
  data,
  source,  ///< where a set lies on this machine: "mnist=mnist:DIR"
  augmentation,
  network,
  groups,
  eta,
  optimizer,
  momentum,
  weight_decay,
  label_smoothing,
  warmup,
  step_epochs,
  epochs,
  batch,
  samples,
  validation,
  study_name,
  seeds,
  strategy,
  trials,
  refine,
  speed_weight,
  divergence_limit,
  target,
  current,
  memory,
  store,
  out
};

/// In plain words, where nobody knows better: "study name".
const char* name_of(Field field);

}  // namespace etalon
