#include "etalon/training/augmented_images.h"

namespace etalon {

void AugmentedImages::make(const Visits& visits, std::uint32_t step) {
  if (task_.augmentation.empty()) return;
  const LabelledImages& training = task_.data->training;
  const std::size_t size = task_.data->shape.size();
  first_.clear();
  pixels_.resize(visits.size() * task_.batch * size);
  std::size_t next = 0;
  for (const auto& [rider, order] : visits) {
    first_[&order] = next;
    for (std::uint32_t b = 0; b < task_.batch; ++b, next += size) {
      const std::uint32_t sample = order[std::size_t{step} * task_.batch + b];
      augment(task_.augmentation, task_.data->shape, {task_.study_seed, rider.first, rider.second, sample},
              training.pixels.data() + sample * size, pixels_.data() + next);
    }
  }
}

const std::uint8_t* AugmentedImages::of(const std::vector<std::uint32_t>* order) const {
  return task_.augmentation.empty() ? nullptr : pixels_.data() + first_.at(order);
}

std::uint64_t AugmentedImages::most_bytes(const TrainingTask& task, std::uint32_t lanes) {
  return task.augmentation.empty() ? 0 : std::uint64_t{lanes} * task.batch * task.data->shape.size();
}

}  // namespace etalon
