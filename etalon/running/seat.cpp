#include "etalon/running/seat.h"

#include <random>
#include <utility>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/base/version.h"

namespace etalon {
namespace {

/// 63 bits that no other worker draws; never 0. Not of base/random.h: these must differ every time.
std::uint64_t random_id() {
  std::random_device device;
  const std::uint64_t bits = std::uint64_t{device()} << 32 | device();
  return bits >> 1 | 1;
}

}  // namespace

Seat::Seat(StudyStore& store, std::string study, Options options)
    : store_(store),
      study_(std::move(study)),
      options_(std::move(options)),
      id_(random_id()),
      watch_(options_.lease_seconds) {
  store_.enlist(study_, {id_, this_process(), version});
  watch_others();
}

Seat::~Seat() {
  try {
    give_back();
  } catch (const std::exception&) {  // the store is away: silence will tell the others
  }
}

void Seat::tick() {
  if (gone()) return;
  if (!store_.beat(id_, work_done())) return lose();
  watch_others();
}

void Seat::watch_others() {
  const std::vector<WorkerRecord> seats = store_.workers(study_);
  std::vector<WorkerRecord> silent;
  {
    const std::scoped_lock lock(mutex_);
    silent = watch_.look(seats, options_.clock->steady_seconds());
  }
  for (const WorkerRecord& seat : silent)
    dismiss(seat, "was silent for " + duration_text(options_.lease_seconds));
  for (const WorkerRecord& seat : seats)
    if (options_.liveness(seat.identity.process) == Liveness::dead) dismiss(seat, "its process has ended");
}

void Seat::dismiss(const WorkerRecord& other, const std::string& why) {
  if (other.identity.id == id_ || !store_.dismiss(other.identity.id, other.beats)) return;
  options_.on_dismissed(other, why);
}

bool Seat::take_strategist() { return !gone() && store_.take_strategist(id_); }

void Seat::add_work(const WorkDone& more) {
  const std::scoped_lock lock(mutex_);
  done_.training_seconds += more.training_seconds;
  done_.samples_trained += more.samples_trained;
}

WorkDone Seat::work_done() const {
  const std::scoped_lock lock(mutex_);
  return done_;
}

void Seat::give_back() {
  if (gone()) return;
  if (store_.beat(id_, work_done())) store_.dismiss(id_);
  lose();
}

}  // namespace etalon
