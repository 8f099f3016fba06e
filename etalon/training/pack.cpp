#include "etalon/training/pack.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"

namespace etalon {
namespace {
constexpr double seconds_between_reports = 0.1;

std::uint32_t phase_of(const Assignment& trial) { return trial.state ? trial.state->phase() : 0; }

[[noreturn]] void refuse(const std::string& received, const std::string& expected) {
  throw Failure({"the state of a trial", received, expected, "it belongs to another study, or is damaged"});
}
}  // namespace

Pack::Pack(SharedTask& shared, const Engine& engine, Arena& arena, Crew& crew, AssignmentSource& source)
    : shared_(shared),
      engine_(engine),
      arena_(arena),
      crew_(crew),
      source_(source),
      task_(shared.engine_task()),
      lanes_(engine.lanes),
      order_(engine.lanes, nullptr),
      augmented_(shared.task()),
      block_(shared.task().batch, engine.lanes, shared.task().data->shape.size()),
      scalars_(shared, engine.lanes),
      losses_(std::size_t{shared.task().batch} * engine.lanes),
      last_told_(system_clock().steady_seconds()),
      last_checkpoint_(last_told_) {}

void Pack::run(std::vector<Assignment> trials) {
  phase_ = trials.empty() ? 0 : phase_of(trials.front());
  for (std::uint32_t lane = 0; lane < trials.size(); ++lane) board(lane, std::move(trials[lane]));
  while (any_riding()) {
    if (!train_epoch() || !evaluate_epoch()) {
      checkpoint();
      break;
    }
    phase_ = 0;
    if (any_riding()) refill();
  }
  tell_progress(true);
}

void Pack::board(std::uint32_t lane, Assignment trial) {
  if (phase_of(trial) != phase_)
    refuse(fmt::format("phase {}", phase_of(trial)), fmt::format("the phase of its pack, {}", phase_));
  Rider rider;
  if (trial.state) {
    require_fits(*trial.state, trial.epochs);
    go_on(lane, rider, *std::exchange(trial.state, std::nullopt));
  } else {
    arena_.load(lane, shared_.initial_weights(trial.seed_index));
    rider.curve.reference_loss = shared_.reference_loss(trial.seed_index, engine_);
    rider.curve.steps_per_epoch = shared_.steps_per_epoch();
  }
  rider.curve.budget_epochs = trial.epochs;
  rider.curve.loss.reserve(std::size_t{trial.epochs} * shared_.steps_per_epoch());
  rider.trial = std::move(trial);
  lanes_[lane] = std::move(rider);
  if (lanes_[lane]->epoch == lanes_[lane]->trial.epochs) leave(lane);
}

void Pack::go_on(std::uint32_t lane, Rider& rider, TrialState state) {
  arena_.load(lane, state.values);
  rider.epoch = static_cast<std::uint32_t>(state.curve.epochs.size());
  rider.curve = std::move(state.curve);
  rider.correction = {state.power1, state.power2};
  rider.step = state.step;
  rider.seconds = state.seconds;
}

void Pack::require_fits(const TrialState& state, std::uint32_t epochs) const {
  const std::uint32_t steps = shared_.steps_per_epoch();
  if (state.values.size() != arena_.values_of_lane())
    refuse(fmt::format("{} values", state.values.size()),
           fmt::format("{} of this network and optimizer", arena_.values_of_lane()));
  if (state.curve.resolution != Resolution::step || state.curve.steps_per_epoch != steps)
    refuse(fmt::format("a curve of {} steps an epoch", state.curve.steps_per_epoch),
           fmt::format("{}, a loss for each", steps));
  if (state.step > std::uint64_t{epochs} * steps)
    refuse(fmt::format("{} steps done", state.step), fmt::format("at most {} epochs of {}", epochs, steps));
  if (!state.curve.loss.empty() && !std::isfinite(state.curve.loss.back()))
    refuse("a trial that has diverged", "one that can go on");
}

void Pack::leave(std::uint32_t lane) {
  Rider& rider = *lanes_[lane];
  const std::uint64_t samples = rider.step * shared_.task().batch;
  Outcome outcome{rider.trial.ticket, std::move(rider.curve), arena_.parameters(lane), samples,
                  rider.seconds};
  lanes_[lane].reset();
  source_.finished(std::move(outcome));
}

void Pack::refill() {
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    while (!lanes_[lane]) {
      std::optional<Assignment> trial = source_.next();
      if (!trial) return;
      board(lane, std::move(*trial));
    }
  }
}

bool Pack::any_riding() const {
  for (const Lane& lane : lanes_)
    if (lane) return true;
  return false;
}

void Pack::set_orders() {
  visits_.clear();
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    if (!lanes_[lane]) continue;
    const std::uint32_t seed_index = lanes_[lane]->trial.seed_index, epoch = lanes_[lane]->epoch;
    auto& visits = visits_[{seed_index, epoch}];
    if (visits.empty()) visits = shared_.visits(seed_index, epoch);
    order_[lane] = &visits;
  }
  // A lane without a rider goes along with some other's samples.
  const std::vector<std::uint32_t>* any = &visits_.begin()->second;
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane)
    if (!lanes_[lane]) order_[lane] = any;
}

bool Pack::train_epoch() {
  set_orders();
  for (; any_riding(); ++phase_) {
    if (source_.stop_requested()) return false;
    checkpoint_if_due();
    if (phase_ == shared_.steps_per_epoch()) break;
    train_step(phase_);
  }
  return true;
}

void Pack::train_step(std::uint32_t step) {
  const double start = system_clock().steady_seconds();
  set_samples(step);
  set_scalars();
  crew_.run([&](const Member& member) {
    engine_.train(task_, arena_.data(), block_.view(shared_.task().batch), scalars_.view(), losses_.data(),
                  member);
  });
  count_time(system_clock().steady_seconds() - start);
  record_losses();
  tell_progress(false);
}

void Pack::set_samples(std::uint32_t step) {
  const std::uint32_t batch = shared_.task().batch;
  augmented_.make(visits_, step);
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    const std::uint32_t* visited = order_[lane]->data() + std::size_t{step} * batch;
    for (std::uint32_t b = 0; b < batch; ++b) block_.set(b, lane, shared_.task().data->training, visited[b]);
    if (const std::uint8_t* images = augmented_.of(order_[lane])) block_.set_images(lane, batch, images);
  }
}

void Pack::set_scalars() {
  std::vector<DropoutLane> drawn;
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    if (!lanes_[lane]) continue;
    Rider& rider = *lanes_[lane];
    scalars_.set(lane, rider.trial.eta, rider.step, rider.correction);
    drawn.push_back({lane, rider.trial.seed_index, static_cast<std::uint32_t>(rider.step)});
    ++rider.step;
  }
  draw_dropout(shared_, arena_, drawn);
}

void Pack::record_losses() {
  const std::uint32_t batch = shared_.task().batch;
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    if (!lanes_[lane]) continue;
    double sum = 0;
    for (std::uint32_t b = 0; b < batch; ++b) sum += double{losses_[std::size_t{b} * lanes_.size() + lane]};
    const float loss = canonical(static_cast<float>(sum / batch));
    lanes_[lane]->curve.loss.push_back(loss);
    if (!std::isfinite(loss)) leave(lane);
  }
}

bool Pack::evaluate_epoch() {
  if (!any_riding()) return true;
  const auto stop = [this] { return source_.stop_requested(); };
  const auto evaluations = evaluate_lanes(shared_, engine_, arena_, crew_, shared_.task().data->training,
                                          shared_.task().split->validation, stop);
  if (evaluations.empty()) return false;
  close_epoch(evaluations);
  return true;
}

void Pack::close_epoch(const std::vector<Evaluation>& evaluations) {
  const bool measured = !shared_.task().split->validation.empty();
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    if (!lanes_[lane]) continue;
    Rider& rider = *lanes_[lane];
    EpochPoint point;
    const std::size_t steps = shared_.steps_per_epoch();
    for (std::size_t k = rider.curve.loss.size() - steps; k < rider.curve.loss.size(); ++k)
      point.training_loss += double{rider.curve.loss[k]};
    point.training_loss /= static_cast<double>(steps);
    point.validation_loss = measured ? evaluations[lane].loss : std::nan("");
    point.validation_accuracy = measured ? evaluations[lane].accuracy : std::nan("");
    rider.curve.epochs.push_back(point);
    source_.epoch_done(rider.trial.ticket, rider.epoch, point);
    if (++rider.epoch == rider.trial.epochs) leave(lane);
  }
}

void Pack::checkpoint_if_due() {
  const double now = system_clock().steady_seconds();
  if (!source_.checkpoint_due(now - last_checkpoint_)) return;
  last_checkpoint_ = now;
  checkpoint();
}

void Pack::checkpoint() {
  std::vector<std::uint32_t> lanes;
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane)
    if (lanes_[lane] && lanes_[lane]->step > 0) lanes.push_back(lane);
  if (lanes.empty()) return;
  std::vector<std::vector<float>> values = arena_.values(lanes);
  std::vector<Pause> riders;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const Rider& rider = *lanes_[lanes[i]];
    riders.push_back({rider.trial.ticket,
                      {rider.curve, rider.step, rider.correction.power1, rider.correction.power2,
                       rider.seconds, std::move(values[i])}});
  }
  source_.checkpoint(std::move(riders));
}

void Pack::count_time(double seconds) {
  crew_.count_training(seconds);
  std::uint32_t riding = 0;
  for (const Lane& lane : lanes_) riding += lane ? 1 : 0;
  for (Lane& lane : lanes_)
    if (lane) lane->seconds += seconds / riding;
  untold_samples_ += std::uint64_t{riding} * shared_.task().batch;
  untold_seconds_ += seconds;
}

void Pack::tell_progress(bool at_once) {
  const double now = system_clock().steady_seconds();
  if (untold_samples_ == 0 || (!at_once && now - last_told_ < seconds_between_reports)) return;
  source_.advanced(std::exchange(untold_samples_, 0), std::exchange(untold_seconds_, 0));
  last_told_ = now;
}

}  // namespace etalon
