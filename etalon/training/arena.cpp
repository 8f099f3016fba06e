#include "etalon/training/arena.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <sys/mman.h>

#include "etalon/base/check.h"
#include "etalon/base/error.h"

namespace etalon {
namespace {
constexpr std::uint64_t large_page = 2u << 20;
}  // namespace

std::uint64_t Arena::bytes(const NetworkPlan& plan) {
  const std::uint64_t exact = (plan.numbers() + plan.values() * plan.slots()) * sizeof(float);
  return (exact + large_page - 1) / large_page * large_page;
}

void Arena::Free::operator()(float* memory) const { std::free(memory); }

Arena::Arena(const NetworkPlan& plan) : plan_(plan) {
  const std::uint64_t size = bytes(plan);
  memory_.reset(static_cast<float*>(std::aligned_alloc(large_page, size)));
  if (!memory_)
    throw Failure({"memory", fmt::format("no room for {} MB", size >> 20), "enough memory for one more trial",
                   "use fewer threads, or a smaller batch"});
  wish_for_large_pages(memory_.get(), size);
  std::memset(static_cast<void*>(memory_.get()), 0, size);
}

void Arena::load(std::span<const float> values) {
  const std::vector<std::uint32_t>& places = plan_.places();
  check(values.size() == places.size() || values.size() == state_size(), "values", values.size(),
        "the parameters, or all that outlives a step");
  std::fill(memory_.get() + plan_.parameters(), memory_.get() + plan_.state_end(), 0.0f);
  for (std::uint64_t array = 0; array * places.size() < values.size(); ++array)
    for (std::size_t k = 0; k < places.size(); ++k)
      memory_[array * plan_.parameters() + places[k]] = values[array * places.size() + k];
}

std::vector<float> Arena::flat(std::uint64_t arrays) const {
  const std::vector<std::uint32_t>& places = plan_.places();
  std::vector<float> flat;
  flat.reserve(arrays * places.size());
  for (std::uint64_t array = 0; array < arrays; ++array)
    for (const std::uint32_t place : places)
      flat.push_back(canonical(memory_[array * plan_.parameters() + place]));
  return flat;
}

std::vector<float> Arena::state() const { return flat(arrays()); }

std::vector<float> Arena::parameters() const { return flat(1); }

void wish_for_large_pages(void* memory, std::uint64_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (address + large_page - 1) / large_page * large_page;
  const std::uintptr_t end = (address + bytes) / large_page * large_page;
  if (first < end) madvise(static_cast<char*>(memory) + (first - address), end - first, MADV_HUGEPAGE);
}

float canonical(float value) { return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value; }

}  // namespace etalon
