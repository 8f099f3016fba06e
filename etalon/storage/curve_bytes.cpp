#include "etalon/storage/curve_bytes.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

constexpr std::uint8_t curve_format = 1;
static_assert(sizeof(EpochPoint) == 3 * sizeof(double));

[[noreturn]] void fail(const std::string& received) {
  throw Failure({"stored curve", received, "a curve as Etalon writes it", "the store may be damaged"});
}

class Writer {
 public:
  explicit Writer(std::size_t size) { bytes_.reserve(size); }
  template <class T>
  void put(T value) {
    put_all(std::span<const T>(&value, 1));
  }
  template <class T>
  void put_all(std::span<const T> values) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
    bytes_.insert(bytes_.end(), first, first + values.size_bytes());
  }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  template <class T>
  T get() {
    T value{};
    copy(&value, sizeof value);
    return value;
  }
  template <class T>
  std::vector<T> get_all(std::size_t count) {
    if (count > bytes_.size() / sizeof(T)) fail("too few bytes");
    std::vector<T> values(count);
    copy(values.data(), count * sizeof(T));
    return values;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  void copy(void* target, std::size_t count) {
    if (count > bytes_.size()) fail("too few bytes");
    if (count > 0) std::memcpy(target, bytes_.data(), count);
    bytes_ = bytes_.subspan(count);
  }
  std::span<const std::uint8_t> bytes_;
};

}  // namespace

Bytes to_bytes(const Curve& curve) {
  Writer out(30 + curve.epochs.size() * sizeof(EpochPoint) + curve.loss.size() * sizeof(float));
  out.put(curve_format);
  out.put(static_cast<std::uint8_t>(curve.resolution == Resolution::epoch));
  out.put(curve.steps_per_epoch);
  out.put(curve.budget_epochs);
  out.put(curve.reference_loss);
  out.put(static_cast<std::uint32_t>(curve.loss.size()));
  out.put(static_cast<std::uint32_t>(curve.epochs.size()));
  out.put_all(std::span<const EpochPoint>(curve.epochs));
  out.put_all(std::span<const float>(curve.loss));
  return out.take();
}

Curve curve_from_bytes(std::span<const std::uint8_t> bytes) {
  Reader in(bytes);
  if (in.get<std::uint8_t>() != curve_format) fail("an unknown format");
  Curve curve;
  const auto resolution = in.get<std::uint8_t>();
  if (resolution > 1) fail("an unknown resolution");
  curve.resolution = resolution == 1 ? Resolution::epoch : Resolution::step;
  curve.steps_per_epoch = in.get<std::uint32_t>();
  curve.budget_epochs = in.get<std::uint32_t>();
  curve.reference_loss = in.get<double>();
  const auto losses = in.get<std::uint32_t>();
  const auto epochs = in.get<std::uint32_t>();
  curve.epochs = in.get_all<EpochPoint>(epochs);
  curve.loss = in.get_all<float>(losses);
  if (!in.at_end()) fail("bytes after its end");
  return curve;
}

std::span<const std::uint8_t> as_bytes(std::span<const float> floats) {
  return {reinterpret_cast<const std::uint8_t*>(floats.data()), floats.size_bytes()};
}

std::vector<float> floats_from_bytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() % sizeof(float) != 0) fail("part of a float");
  return Reader(bytes).get_all<float>(bytes.size() / sizeof(float));
}

double as_stored(double value) {
  return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value + 0.0;
}

std::string setting_key(const Setting& setting) {
  std::vector<std::string> parts;
  for (const double value : setting.values) {
    if (!std::isfinite(value)) throw Failure({"setting of a trial", shortest(value), "a finite number", ""});
    parts.push_back(shortest(value));
  }
  return join(parts, " ");
}

Setting setting_from_key(const std::string& text) {
  Setting setting;
  if (text.empty()) return setting;
  for (const std::string& part : split_text(text, ' ')) {
    const auto value = parse_number(part);
    if (!value || !std::isfinite(*value)) fail("the setting '" + text + "'");
    setting.values.push_back(*value);
  }
  return setting;
}

}  // namespace etalon
