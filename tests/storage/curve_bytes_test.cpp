#include "etalon/storage/curve_bytes.h"

#include <bit>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "etalon/base/error.h"
#include "etalon/storage/checksum.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

Curve curve_of_any_bits() {
  const auto any_double = [] { return std::bit_cast<double>(*rc::gen::arbitrary<std::uint64_t>()); };
  Curve curve;
  curve.resolution = *rc::gen::element(Resolution::step, Resolution::epoch);
  curve.reference_loss = any_double();
  curve.steps_per_epoch = *rc::gen::arbitrary<std::uint32_t>();
  curve.budget_epochs = *rc::gen::arbitrary<std::uint32_t>();
  for (const auto bits : *rc::gen::arbitrary<std::vector<std::uint32_t>>())
    curve.loss.push_back(std::bit_cast<float>(bits));
  for (int epochs = *rc::gen::inRange(0, 5); epochs > 0; --epochs)
    curve.epochs.push_back({any_double(), any_double(), any_double()});
  return curve;
}

TEST(CurveBytes, any_curve_comes_back_bit_for_bit) {
  EXPECT_TRUE(rc::check([] {
    const Curve curve = curve_of_any_bits();
    RC_ASSERT(same_bits(curve_from_bytes(to_bytes(curve)), curve));
  }));
}

TEST(CurveBytes, no_part_of_a_curve_is_taken_for_a_curve) {
  const Bytes bytes = to_bytes(some_trial(0).curve);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(curve_from_bytes(std::span(bytes).first(size)), Failure) << size;
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_THROW(curve_from_bytes(longer), Failure);
}

TEST(CurveBytes, unknown_formats_and_absurd_lengths_are_refused) {
  for (const std::size_t place : {0, 1, 21, 25}) {  // format, resolution, the top bytes of both counts
    Bytes bytes = to_bytes(some_trial(0).curve);
    bytes.at(place) = 0xFF;
    EXPECT_THROW(curve_from_bytes(bytes), Failure) << place;
  }
}

TEST(SettingKey, any_setting_comes_back_exactly) {
  EXPECT_TRUE(rc::check([] {
    Setting setting;
    for (const auto bits : *rc::gen::arbitrary<std::vector<std::uint64_t>>())
      if (const double eta = std::bit_cast<double>(bits & 0x7FEF'FFFF'FFFF'FFFF); eta > 0)
        setting.values.push_back(eta);
    RC_ASSERT(setting_from_key(setting_key(setting)) == setting);
  }));
  EXPECT_EQ(setting_key({{0.1, 1e-5, 3}}), "0.1 1e-05 3");
}

TEST(SettingKey, anything_else_is_refused) {
  for (const char* text : {"x", "0.1 ", " 0.1", "0.1  0.1", "nan", "inf", "0.1,0.1", "1e999"})
    EXPECT_THROW(setting_from_key(text), Failure) << text;
}

TEST(Checksum, is_crc_32_and_tells_where_fields_end) {
  EXPECT_EQ(Checksum().add(std::int64_t{0}).value(), 0x6522DF69);  // of 8 zero bytes
  EXPECT_NE(Checksum().add("ab").add("c").value(), Checksum().add("a").add("bc").value());
}

}  // namespace
}  // namespace etalon
