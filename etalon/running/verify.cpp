#include "etalon/running/verify.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/random.h"
#include "etalon/base/text.h"
#include "etalon/running/assignment.h"
#include "etalon/running/built_in_objective.h"
#include "etalon/running/prepare.h"

namespace etalon {
namespace {

struct Expected {
  const TrialRecord* trial;
  std::optional<std::vector<float>> weights;
};

/// Hands out trials that are finished already, and compares what comes back.
class Retraining final : public TrialSource {
 public:
  Retraining(const StudyDefinition& study, const std::vector<Expected>& sample, const std::atomic<bool>& stop,
             std::function<void(const Expected&, const Outcome&)> on_finished)
      : study_(study), sample_(sample), stop_(stop), on_finished_(std::move(on_finished)) {}

  std::optional<Assignment> next() override {
    const std::scoped_lock lock(mutex_);
    if (handed_out_ == sample_.size()) return std::nullopt;
    const TrialRecord& trial = *sample_[handed_out_].trial;
    Assignment assignment = assignment_of(study_, trial.key, trial.curve.budget_epochs);
    assignment.ticket = handed_out_++;
    return assignment;
  }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t, double) override {}
  void finished(Outcome outcome) override {
    const std::scoped_lock lock(mutex_);
    on_finished_(sample_[outcome.ticket], outcome);
  }
  bool stop_requested() const override { return stop_.load(); }

 private:
  const StudyDefinition& study_;
  const std::vector<Expected>& sample_;
  const std::atomic<bool>& stop_;
  const std::function<void(const Expected&, const Outcome&)> on_finished_;
  std::mutex mutex_;
  std::size_t handed_out_ = 0;
};

/// Bit for bit: a NaN equals the same NaN.
template <typename Value>
bool same_value(Value a, Value b) {
  using Bits = std::array<std::byte, sizeof(Value)>;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

std::string difference(const char* what, std::size_t number, double stored, double trained) {
  return fmt::format("{} {}: stored {}, trained {}", what, number, shortest(stored), shortest(trained));
}

/// The first difference that a person can look up; nothing where all bits are the same.
std::optional<std::string> difference_of(const Curve& stored, const Curve& trained) {
  if (same_bits(stored, trained)) return std::nullopt;
  if (stored.loss.size() != trained.loss.size())
    return fmt::format("steps: {} stored, {} trained", stored.loss.size(), trained.loss.size());
  for (std::size_t step = 0; step < stored.loss.size(); ++step)
    if (!same_value(stored.loss[step], trained.loss[step]))
      return difference("loss of step", step + 1, stored.loss[step], trained.loss[step]);
  for (std::size_t epoch = 0; epoch < std::min(stored.epochs.size(), trained.epochs.size()); ++epoch)
    if (!same_value(stored.epochs[epoch], trained.epochs[epoch]))
      return difference("validation accuracy after epoch", epoch + 1,
                        stored.epochs[epoch].validation_accuracy, trained.epochs[epoch].validation_accuracy);
  return "reference loss, budget or epochs: not those that training gives";
}

std::optional<std::string> difference_of(const std::vector<float>& stored,
                                         const std::vector<float>& trained) {
  if (stored.size() != trained.size())
    return fmt::format("kept weights: {} stored, {} trained", stored.size(), trained.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < stored.size(); ++i) different += !same_value(stored[i], trained[i]);
  if (different == 0) return std::nullopt;
  return fmt::format("kept weights: {} of {} differ", different, stored.size());
}

/// `count` of the trials, drawn without repeats by the study's own seed; in TrialKey order.
std::vector<const TrialRecord*> sample_of(const StudySnapshot& study, std::uint32_t count) {
  const auto all = static_cast<std::uint32_t>(study.trials.size());
  std::vector<std::uint32_t> drawn =
      permutation(all, RandomSequence({study.definition.study_seed, 0, Purpose::verification}));
  drawn.resize(std::min(all, count));
  std::sort(drawn.begin(), drawn.end());
  std::vector<const TrialRecord*> sample;
  for (const std::uint32_t place : drawn) sample.push_back(&study.trials[place]);
  return sample;
}

}  // namespace

Verification verify_study(const PreparedStudy& prepared, StudyStore& store, const VerifyOptions& options,
                          const std::atomic<bool>& stop) {
  const Preparation& all = prepared.preparation();
  const auto study = store.load_study(prepared.name());
  if (!study)
    throw RequestError({"study " + prepared.name(), "no study of that name", "one that is in the store", ""});
  Verification result;
  result.trials = static_cast<std::uint32_t>(study->trials.size());
  for (const TrialRecord& trial : study->trials)
    result.weights += store.load_weights(study->name, trial.key).has_value();

  const std::string numeric_class = curve_class();
  std::map<std::uint32_t, std::vector<Expected>> by_set;
  std::uint32_t comparable = 0;
  for (const TrialRecord* trial : sample_of(*study, options.sample)) {
    if (trial->numeric_class != numeric_class) {
      ++result.other_class;
      continue;
    }
    ++comparable;
    by_set[trial->key.set].push_back({trial, store.load_weights(study->name, trial->key)});
  }
  const auto compare = [&](const Expected& expected, const Outcome& outcome) {
    const TrialKey& key = expected.trial->key;
    if (const auto what = difference_of(expected.trial->curve, outcome.curve))
      result.differences.push_back({key, *what});
    if (expected.weights)
      if (const auto what = difference_of(*expected.weights, outcome.weights))
        result.differences.push_back({key, *what});
    options.on_trained(++result.trained, comparable);
  };
  for (const auto& [set, sample] : by_set) {
    if (stop) break;
    BuiltInObjective objective(all.task(set), all.trainer_options());
    Retraining retraining(study->definition, sample, stop, compare);
    objective.train(retraining);
  }
  result.left_out = comparable - result.trained;
  std::sort(result.differences.begin(), result.differences.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  return result;
}

}  // namespace etalon
