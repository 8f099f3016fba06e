#include "etalon/training/arena.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <sys/mman.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {
constexpr std::uint64_t large_page = 2u << 20;
}

std::uint64_t Arena::bytes(const NetworkPlan& plan, std::uint32_t lanes) {
  const std::uint64_t exact = plan.values() * lanes * sizeof(float);
  return (exact + large_page - 1) / large_page * large_page;
}

void Arena::Free::operator()(float* memory) const { std::free(memory); }

Arena::Arena(const NetworkPlan& plan, std::uint32_t lanes) : plan_(plan), lanes_(lanes) {
  const std::uint64_t size = bytes(plan, lanes);
  memory_.reset(static_cast<float*>(std::aligned_alloc(large_page, size)));
  if (!memory_)
    throw Failure({"memory", fmt::format("no room for {} MB", size >> 20), "enough memory for one more pack",
                   "use fewer --threads or --lanes, or a smaller --batch"});
  madvise(memory_.get(), size, MADV_HUGEPAGE);  // a wish: without it all works, a little slower
  std::memset(static_cast<void*>(memory_.get()), 0, size);
}

void Arena::load(std::uint32_t lane, std::span<const float> values) {
  const std::uint64_t state_end = plan_.state_end();
  const std::vector<std::uint32_t>& places = plan_.places();
  for (std::uint64_t k = plan_.parameters(); k < state_end; ++k) at(k, lane) = 0;
  for (std::uint64_t array = 0; array * places.size() < values.size(); ++array)
    for (std::size_t k = 0; k < places.size(); ++k)
      at(array * plan_.parameters() + places[k], lane) = values[array * places.size() + k];
}

std::vector<float> Arena::values(std::uint32_t lane) const {
  const std::vector<std::uint32_t>& places = plan_.places();
  std::vector<float> flat(values_of_lane());
  for (std::uint64_t array = 0; array < arrays(); ++array)
    for (std::size_t k = 0; k < places.size(); ++k)
      flat[array * places.size() + k] =
          canonical(memory_[(array * plan_.parameters() + places[k]) * lanes_ + lane]);
  return flat;
}

std::vector<float> Arena::parameters(std::uint32_t lane) const {
  std::vector<float> flat(plan_.places().size());
  for (std::size_t k = 0; k < flat.size(); ++k)
    flat[k] = canonical(memory_[std::uint64_t{plan_.places()[k]} * lanes_ + lane]);
  return flat;
}

float canonical(float value) { return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value; }

}  // namespace etalon
