#include "etalon/base/field.h"

#include <string>

#include "etalon/base/check.h"

namespace etalon {

const char* name_of(Field field) {
  switch (field) {
    case Field::data:
      return "data";
    case Field::source:
      return "source";
    case Field::augmentation:
      return "augmentation";
    case Field::network:
      return "network";
    case Field::groups:
      return "groups";
    case Field::eta:
      return "eta";
    case Field::optimizer:
      return "optimizer";
    case Field::momentum:
      return "momentum";
    case Field::weight_decay:
      return "weight decay";
    case Field::label_smoothing:
      return "label smoothing";
    case Field::warmup:
      return "warmup";
    case Field::step_epochs:
      return "step epochs";
    case Field::epochs:
      return "epochs";
    case Field::batch:
      return "batch";
    case Field::samples:
      return "samples";
    case Field::validation:
      return "validation";
    case Field::study_name:
      return "study name";
    case Field::seeds:
      return "seeds";
    case Field::strategy:
      return "strategy";
    case Field::trials:
      return "trials";
    case Field::refine:
      return "refine";
    case Field::speed_weight:
      return "speed weight";
    case Field::divergence_limit:
      return "divergence limit";
    case Field::target:
      return "target";
    case Field::current:
      return "current setting";
    case Field::memory:
      return "memory";
    case Field::store:
      return "store";
    case Field::out:
      return "report folder";
  }
  fail_check("field", std::to_string(static_cast<int>(field)), "one of the enumeration", __FILE__, __LINE__);
}

}  // namespace etalon
