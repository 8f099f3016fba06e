#include "etalon/training/trial_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/training/dropout_factors.h"

namespace etalon {
namespace {
constexpr double seconds_between_reports = 0.1;
constexpr std::size_t reference_minibatches = 20;

[[noreturn]] void refuse(const std::string& received, const std::string& expected) {
  throw Failure({"the state of a trial", received, expected, "it belongs to another study, or is damaged"});
}
}  // namespace

TrialRun::TrialRun(SharedTask& shared, const Engine& engine, Arena& arena, Crew& crew, TrialSource& source)
    : shared_(shared),
      engine_(engine),
      arena_(arena),
      crew_(crew),
      source_(source),
      task_(shared.engine_task(0)),
      block_(shared.task().batch, shared.task().data->shape.size()),
      augmented_(shared.task().augmentation.empty()
                     ? 0
                     : std::size_t{shared.task().batch} * shared.task().data->shape.size()),
      scalars_(shared),
      losses_(shared.task().batch),
      last_told_(system_clock().steady_seconds()),
      last_checkpoint_(last_told_) {}

bool TrialRun::run(Assignment trial) {
  begin(std::move(trial));
  while (curve_.epochs.size() < trial_.epochs && !diverged())
    if (!train_epoch() || (!diverged() && !close_epoch())) {
      checkpoint();
      tell_progress(true);
      return false;
    }
  finish();
  tell_progress(true);
  return true;
}

void TrialRun::begin(Assignment trial) {
  trial_ = std::move(trial);
  curve_ = {};
  correction_ = {};
  step_ = 0;
  seconds_ = 0;
  scalars_.begin(trial_);
  task_ = shared_.engine_task(
      static_cast<float>(trial_.label_smoothing.value_or(shared_.task().training.label_smoothing)));
  if (trial_.state) {
    require_fits(*trial_.state);
    go_on(*std::exchange(trial_.state, std::nullopt));
  } else {
    arena_.load(shared_.initial_weights(trial_.seed_index));
    curve_.reference_loss = reference_loss();
    curve_.steps_per_epoch = shared_.steps_per_epoch();
  }
  curve_.budget_epochs = trial_.epochs;
  curve_.loss.reserve(std::size_t{trial_.epochs} * shared_.steps_per_epoch());
}

/// l_0: mean loss, with smoothed labels as in training but dropout and augmentation off, at the initial
/// weights over the first min(20, all) minibatches of epoch 0.
double TrialRun::reference_loss() {
  const std::uint32_t seed = trial_.seed_index;
  const float smoothing = task_.label_smoothing;
  if (const auto known = shared_.reference_loss(seed, smoothing)) return *known;
  std::vector<std::uint32_t> order = shared_.visits(seed, 0);
  order.resize(std::min(order.size(), reference_minibatches * shared_.task().batch));
  const auto measured =
      evaluate_trial(shared_, engine_, arena_, crew_, order, smoothing, [] { return false; });
  shared_.keep_reference_loss(seed, smoothing, measured->loss);
  return measured->loss;
}

void TrialRun::go_on(TrialState state) {
  arena_.load(state.values);
  curve_ = std::move(state.curve);
  correction_ = {state.power1, state.power2};
  step_ = state.step;
  seconds_ = state.seconds;
}

void TrialRun::require_fits(const TrialState& state) const {
  const std::uint32_t steps = shared_.steps_per_epoch();
  if (state.values.size() != arena_.state_size())
    refuse(fmt::format("{} values", state.values.size()),
           fmt::format("{} of this network and optimizer", arena_.state_size()));
  if (state.curve.resolution != Resolution::step || state.curve.steps_per_epoch != steps)
    refuse(fmt::format("a curve of {} steps an epoch", state.curve.steps_per_epoch),
           fmt::format("{}, a loss for each", steps));
  if (state.step > std::uint64_t{trial_.epochs} * steps)
    refuse(fmt::format("{} steps done", state.step),
           fmt::format("at most {} epochs of {}", trial_.epochs, steps));
  const std::uint64_t evaluated = std::uint64_t{steps} * state.curve.epochs.size();
  if (state.curve.loss.size() != state.step || state.step < evaluated || state.step > evaluated + steps)
    refuse(
        fmt::format("a curve of {} steps and {} epochs", state.curve.loss.size(), state.curve.epochs.size()),
        fmt::format("{} steps, each epoch of {} evaluated", state.step, steps));
}

bool TrialRun::diverged() const { return !curve_.loss.empty() && !std::isfinite(curve_.loss.back()); }

/// From the step at hand to the epoch's last; false if the source asks to stop.
bool TrialRun::train_epoch() {
  const std::uint32_t steps = shared_.steps_per_epoch();
  const std::uint64_t first = std::uint64_t{steps} * curve_.epochs.size();
  visits_ = shared_.visits(trial_.seed_index, static_cast<std::uint32_t>(curve_.epochs.size()));
  while (!diverged()) {
    if (source_.stop_requested()) return false;
    checkpoint_if_due();
    if (step_ == first + steps) break;
    train_step(static_cast<std::uint32_t>(step_ - first));
  }
  return true;
}

void TrialRun::train_step(std::uint32_t step) {
  const double start = system_clock().steady_seconds();
  set_samples(step);
  scalars_.set(step_, correction_);
  draw_dropout(shared_, arena_, trial_.seed_index, static_cast<std::uint32_t>(step_));
  const std::uint32_t batch = shared_.task().batch;
  crew_.run([&](const Member& member) {
    engine_.train(task_, arena_.memory(), block_.view(batch), scalars_.view(), losses_.data(), member);
  });
  ++step_;
  double sum = 0;
  for (const float loss : losses_) sum += double{loss};
  curve_.loss.push_back(canonical(static_cast<float>(sum / batch)));
  const double seconds = system_clock().steady_seconds() - start;
  crew_.count_training(seconds);
  seconds_ += seconds;
  untold_samples_ += batch;
  untold_seconds_ += seconds;
  tell_progress(false);
}

void TrialRun::set_samples(std::uint32_t step) {
  const std::uint32_t batch = shared_.task().batch;
  const std::uint32_t* visited = visits_.data() + std::size_t{step} * batch;
  for (std::uint32_t b = 0; b < batch; ++b) block_.set(b, shared_.task().data->training, visited[b]);
  if (!augmented_.empty()) augment_samples(visited);
}

void TrialRun::augment_samples(const std::uint32_t* visited) {
  const TrainingTask& task = shared_.task();
  const std::size_t size = task.data->shape.size();
  const auto epoch = static_cast<std::uint32_t>(curve_.epochs.size());
  for (std::uint32_t b = 0; b < task.batch; ++b)
    augment(task.augmentation, task.data->shape, {task.study_seed, trial_.seed_index, epoch, visited[b]},
            task.data->training.pixels.data() + visited[b] * size, augmented_.data() + b * size);
  block_.set_images(augmented_.data());
}

/// Measures validation; false if the source asks to stop meanwhile.
bool TrialRun::close_epoch() {
  const std::vector<std::uint32_t>& validation = shared_.task().split->validation;
  const auto measured = evaluate_trial(shared_, engine_, arena_, crew_, validation, 0,
                                       [this] { return source_.stop_requested(); });
  if (!measured) return false;
  EpochPoint point;
  const std::size_t steps = shared_.steps_per_epoch();
  for (std::size_t k = curve_.loss.size() - steps; k < curve_.loss.size(); ++k)
    point.training_loss += double{curve_.loss[k]};
  point.training_loss /= static_cast<double>(steps);
  point.validation_loss = validation.empty() ? std::nan("") : measured->loss;
  point.validation_accuracy = validation.empty() ? std::nan("") : measured->accuracy;
  curve_.epochs.push_back(point);
  source_.epoch_done(trial_.ticket, static_cast<std::uint32_t>(curve_.epochs.size() - 1), point);
  return true;
}

void TrialRun::finish() {
  std::optional<TrialState> last;
  if (source_.keeps_states()) last = state();
  source_.finished({trial_.ticket, std::move(curve_), arena_.parameters(), step_ * shared_.task().batch,
                    seconds_, std::move(last)});
}

TrialState TrialRun::state() const {
  return {curve_, step_, correction_.power1, correction_.power2, seconds_, arena_.state()};
}

void TrialRun::checkpoint_if_due() {
  const double now = system_clock().steady_seconds();
  if (!source_.checkpoint_due(now - last_checkpoint_)) return;
  last_checkpoint_ = now;
  checkpoint();
}

void TrialRun::checkpoint() {
  if (step_ == 0) return;
  source_.checkpoint({trial_.ticket, state()});
}

void TrialRun::tell_progress(bool at_once) {
  const double now = system_clock().steady_seconds();
  if (untold_samples_ == 0 || (!at_once && now - last_told_ < seconds_between_reports)) return;
  source_.advanced(std::exchange(untold_samples_, 0), std::exchange(untold_seconds_, 0));
  last_told_ = now;
}

}  // namespace etalon
