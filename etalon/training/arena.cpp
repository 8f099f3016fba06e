#include "etalon/training/arena.h"

#include <algorithm>
#include <array>
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
constexpr std::size_t block = 256;  // values that stay in the nearest cache while each lane is read
}  // namespace

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
  wish_for_large_pages(memory_.get(), size);
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

std::vector<std::vector<float>> Arena::values(std::span<const std::uint32_t> lanes) const {
  const std::vector<std::uint32_t>& places = plan_.places();
  std::vector<std::vector<float>> flat(lanes.size());
  for (std::vector<float>& values : flat) {
    values.reserve(values_of_lane());
    wish_for_large_pages(values.data(), values_of_lane() * sizeof(float));
  }
  std::array<float, block> piece{};
  for (std::uint64_t array = 0; array < arrays(); ++array)
    for (std::size_t first = 0; first < places.size(); first += block) {
      const auto count = static_cast<std::ptrdiff_t>(std::min(block, places.size() - first));
      for (std::size_t i = 0; i < lanes.size(); ++i) {
        const float* from = memory_.get() + array * plan_.parameters() * lanes_ + lanes[i];
        std::transform(places.data() + first, places.data() + first + count, piece.begin(),
                       [&](std::uint32_t place) { return canonical(from[std::uint64_t{place} * lanes_]); });
        flat[i].insert(flat[i].end(), piece.begin(), piece.begin() + count);
      }
    }
  return flat;
}

std::vector<float> Arena::parameters(std::uint32_t lane) const {
  std::vector<float> flat(plan_.places().size());
  for (std::size_t k = 0; k < flat.size(); ++k)
    flat[k] = canonical(memory_[std::uint64_t{plan_.places()[k]} * lanes_ + lane]);
  return flat;
}

void wish_for_large_pages(void* memory, std::uint64_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (address + large_page - 1) / large_page * large_page;
  const std::uintptr_t end = (address + bytes) / large_page * large_page;
  if (first < end) madvise(static_cast<char*>(memory) + (first - address), end - first, MADV_HUGEPAGE);
}

float canonical(float value) { return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value; }

}  // namespace etalon
