/// The bytes of a trial's state: every bit comes back, and anything else is refused.
#include "etalon/training/trial_state.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/lanes/denormals.h"
#include "etalon/training/arena.h"
#include "tests/training/pausing.h"

namespace etalon {
namespace {

using testing::HasSubstr;

Curve curve_of(std::uint32_t steps, std::uint32_t epochs) {
  Curve curve;
  curve.reference_loss = 1.5;
  curve.steps_per_epoch = 5;
  curve.budget_epochs = 3;
  for (std::uint32_t step = 0; step < steps; ++step)
    curve.loss.push_back(1.0f / static_cast<float>(step + 1));
  curve.epochs.resize(epochs, {0.5, 0.25, 0.125});
  return curve;
}

TrialState state_of_7_steps() {
  const float smallest = std::numeric_limits<float>::denorm_min();
  return {curve_of(7, 1), 7,
          0.4782969,      0.99302093,
          1.25,           {0.5f, -0.0f, smallest, std::numeric_limits<float>::infinity(), std::nanf("")}};
}

std::string complaint_about(std::span<const std::uint8_t> bytes, const Curve& curve) {
  try {
    state_from_bytes(bytes, curve);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

template <class T>
bool same_bits_of(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

TEST(TrialState, comes_back_bit_for_bit) {
  const TrialState state = state_of_7_steps();
  for (const bool flushing : {false, true}) {
    const auto flush = flushing ? std::make_unique<FlushDenormals>() : nullptr;
    const TrialState again = state_from_bytes(to_bytes(state), state.curve);
    EXPECT_TRUE(same_bits(again.curve, state.curve));
    EXPECT_EQ(again.step, 7u);
    EXPECT_EQ(again.power1, state.power1);
    EXPECT_EQ(again.power2, state.power2);
    EXPECT_EQ(again.seconds, state.seconds);
    EXPECT_TRUE(same_bits_of(again.values, state.values));
  }
  TrialState empty;
  EXPECT_EQ(state_from_bytes(to_bytes(empty), {}).values.size(), 0u);
}

TEST(TrialState, has_the_bytes_that_its_header_promises) {
  TrialState state = state_of_7_steps();
  state.power1 = 0.5;
  state.power2 = 0.25;
  state.values = {1.0f};
  const Bytes expected{
      'E', 't', 'T',  'S',  1, 0, 0,    0,     // format
      7,   0,   0,    0,    0, 0, 0,    0,     // step
      0,   0,   0,    0,    0, 0, 0xe0, 0x3f,  // 0.5
      0,   0,   0,    0,    0, 0, 0xd0, 0x3f,  // 0.25
      0,   0,   0,    0,    0, 0, 0xf4, 0x3f,  // 1.25 seconds
      1,   0,   0,    0,    0, 0, 0,    0,     // number of values
      0,   0,   0x80, 0x3f,                    // 1.0
  };
  const Bytes bytes = to_bytes(state);
  ASSERT_EQ(bytes.size(), expected.size() + 4);
  EXPECT_EQ(Bytes(bytes.begin(), bytes.end() - 4), expected);
}

TEST(TrialState, knows_its_step_of_the_epoch) {
  EXPECT_EQ(state_of_7_steps().step_of_epoch(), 2u);
  TrialState state;
  EXPECT_EQ(state.step_of_epoch(), 0u);
  state = {curve_of(10, 1), 10, 1, 1, 0, {}};
  EXPECT_EQ(state.step_of_epoch(), 5u) << "validation is still to come";
  state.curve.epochs.push_back({});
  EXPECT_EQ(state.step_of_epoch(), 0u);
  state.curve.epochs.push_back({});
  EXPECT_THROW(state.step_of_epoch(), Failure) << "more epochs than steps";
  state.curve.epochs.clear();
  EXPECT_THROW(state.step_of_epoch(), Failure) << "ten steps in an epoch of five";
}

TEST(TrialState, refuses_every_damaged_bit) {
  const TrialState state = state_of_7_steps();
  Bytes bytes = to_bytes(state);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_THROW(state_from_bytes(bytes, state.curve), Failure) << "bit " << bit;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
  EXPECT_NO_THROW(state_from_bytes(bytes, state.curve));
}

TEST(TrialState, refuses_every_other_length) {
  const TrialState state = state_of_7_steps();
  Bytes bytes = to_bytes(state);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THROW(state_from_bytes(std::span(bytes).first(length), state.curve), Failure) << length;
  bytes.push_back(0);
  EXPECT_THROW(state_from_bytes(bytes, state.curve), Failure);
}

TEST(TrialState, says_what_is_wrong) {
  const TrialState state = state_of_7_steps();
  Bytes bytes = to_bytes(state);
  EXPECT_THAT(complaint_about(bytes, curve_of(8, 1)), HasSubstr("a curve of 8 steps beside a state after 7"));
  EXPECT_THAT(complaint_about(bytes, curve_of(7, 0)),
              HasSubstr("0 epochs of 5 steps finished after 7 steps"));
  EXPECT_THAT(complaint_about(Bytes(200, 'x'), state.curve), HasSubstr("something else"));
  EXPECT_THAT(complaint_about({}, state.curve), HasSubstr("too few bytes"));
  bytes.back() ^= 1;
  EXPECT_THAT(complaint_about(bytes, state.curve), HasSubstr("checksum"));
  bytes[4] = 2;
  EXPECT_THAT(complaint_about(bytes, state.curve), HasSubstr("the unknown format 2"));
}

/// Every value that a float can be survives a trial's memory.
TEST(TrialState, passes_through_an_arena) {
  const golden::GoldenInputs inputs = residual_inputs();
  TrainingSpec training;
  training.optimizer.name = "adam";
  const SharedTask shared(small_task(inputs, training, 1), 1);
  const FlushDenormals flush;
  Arena arena(shared.plan());
  EXPECT_EQ(arena.state_size(), 3u * inputs.network.parameters);
  std::vector<float> told(arena.state_size());
  for (std::size_t k = 0; k < told.size(); ++k) told[k] = static_cast<float>(k);
  told[0] = -std::numeric_limits<float>::denorm_min();
  told[1] = -0.0f;
  told[2] = -std::numeric_limits<float>::infinity();
  told.back() = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> other_nan = told;
  other_nan.back() = -other_nan.back();
  arena.load(other_nan);
  EXPECT_TRUE(same_bits_of(arena.state(), told));
  arena.load(inputs.weights);  // a trial at its beginning: the optimizer's part is 0 again
  const std::vector<float> fresh = arena.state();
  EXPECT_TRUE(std::equal(inputs.weights.begin(), inputs.weights.end(), fresh.begin()));
  EXPECT_EQ(std::count(fresh.begin() + static_cast<std::ptrdiff_t>(inputs.weights.size()), fresh.end(), 0),
            2 * static_cast<std::ptrdiff_t>(inputs.weights.size()));
}

}  // namespace
}  // namespace etalon
