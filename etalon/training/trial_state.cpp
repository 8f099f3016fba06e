#include "etalon/training/trial_state.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>

#include <fmt/format.h>
#include <zlib.h>

#include "etalon/base/error.h"
#include "etalon/training/arena.h"

namespace etalon {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes of a state are little-endian");

struct Header {
  std::array<char, 4> magic{'E', 't', 'T', 'S'};
  std::uint32_t format = 1;
  std::uint64_t step = 0;
  double power1 = 1, power2 = 1, seconds = 0;
  std::uint64_t values = 0;
};
static_assert(sizeof(Header) == 48, "a header has no gaps");

using Crc = std::uint32_t;

Crc crc_of(std::span<const std::uint8_t> bytes) {
  return static_cast<Crc>(crc32_z(0, bytes.data(), bytes.size()));
}

std::span<const std::uint8_t> bytes_of(const void* first, std::size_t count) {
  return {static_cast<const std::uint8_t*>(first), count};
}

void append(Bytes& bytes, std::span<const std::uint8_t> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

[[noreturn]] void fail(const std::string& received) {
  throw Failure(
      {"the state of a trial", received, "a state as Etalon writes it", "the store may be damaged"});
}

Header header_of(std::span<const std::uint8_t> bytes) {
  Header header;
  const Header known;
  if (bytes.size() < sizeof header + sizeof(Crc)) fail("too few bytes");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != known.magic) fail("something else");
  if (header.format != known.format) fail(fmt::format("the unknown format {}", header.format));
  const std::size_t rest = bytes.size() - sizeof header - sizeof(Crc);
  if (rest % sizeof(float) != 0 || rest / sizeof(float) != header.values)
    fail(fmt::format("{} bytes of values where {} values are stated", rest, header.values));
  return header;
}

}  // namespace

std::uint32_t TrialState::step_of_epoch() const {
  const std::uint64_t steps = curve.steps_per_epoch, before = curve.epochs.size() * steps;
  if (curve.loss.size() != step)
    fail(fmt::format("a curve of {} steps beside a state after {}", curve.loss.size(), step));
  if (step < before || step - before > steps)
    fail(fmt::format("{} epochs of {} steps finished after {} steps", curve.epochs.size(), steps, step));
  return static_cast<std::uint32_t>(step - before);
}

Bytes to_bytes(const TrialState& state) {
  Header header;
  header.step = state.step;
  header.power1 = state.power1;
  header.power2 = state.power2;
  header.seconds = state.seconds;
  header.values = state.values.size();
  const auto values = bytes_of(state.values.data(), state.values.size() * sizeof(float));
  Bytes bytes;
  bytes.reserve(sizeof header + values.size() + sizeof(Crc));
  wish_for_large_pages(bytes.data(), bytes.capacity());
  append(bytes, bytes_of(&header, sizeof header));
  append(bytes, values);
  const Crc crc = crc_of(bytes);
  append(bytes, bytes_of(&crc, sizeof crc));
  return bytes;
}

TrialState state_from_bytes(std::span<const std::uint8_t> bytes, Curve curve) {
  const Header header = header_of(bytes);
  const std::size_t covered = bytes.size() - sizeof(Crc);
  Crc crc = 0;
  std::memcpy(&crc, bytes.data() + covered, sizeof crc);
  if (crc != crc_of(bytes.first(covered))) fail("bytes that do not match their checksum");
  TrialState state{std::move(curve), header.step, header.power1, header.power2, header.seconds, {}};
  state.values.resize(header.values);
  if (header.values > 0)
    std::memcpy(state.values.data(), bytes.data() + sizeof header, header.values * sizeof(float));
  static_cast<void>(state.step_of_epoch());  // throws unless the curve is of the same step
  return state;
}

}  // namespace etalon
