/// The objective that trains with Etalon's own engine.
#pragma once

#include <memory>

#include "etalon/running/objective.h"

namespace etalon {

class BuiltInObjective final : public Objective {
 public:
  /// What `task` borrows must outlive the objective. Throws as make_trainer does.
  BuiltInObjective(const TrainingTask& task, const TrainerOptions& options)
      : trainer_(make_trainer(task, options)) {}

  std::uint32_t threads() const override { return trainer_->threads(); }
  std::string numeric_class() const override { return curve_class(); }
  void train(TrialSource& source) override { trainer_->train(source); }
  Evaluation evaluate_test(std::span<const float> weights) override {
    return trainer_->evaluate_test(weights);
  }

 private:
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace etalon
