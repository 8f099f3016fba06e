/// Dense layer over lanes, over the whole minibatch, so that its weights are read once a pass:
///
///   out[b][o] = bias[o] + sum over i of w[o][i] * in[b][i]
///   din[b][i] = sum over o of w[o][i] * dout[b][o]
///   dw[o][i]  = sum over b of dout[b][o] * in[b][i]
///
/// in the order written. The weight gradient of a tile goes to the optimizer at once: no gradient is stored.
#pragma once

#include "etalon/nn/plan.h"
#include "etalon/nn/tile.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
class Dense {
 public:
  Dense(const LayerPlan& plan, L* arena)
      : p_(plan), arena_(arena), inputs_(plan.columns), outputs_(plan.output.channels) {}

  /// Outputs `outputs` of samples 0 .. count-1.
  void forward(std::uint32_t count, Range outputs) const {
    for (std::uint32_t k = 0; k < inputs_; k += run_length) {
      const std::uint32_t length = k + run_length < inputs_ ? run_length : inputs_ - k;
      for_blocks(outputs.count(), [&](std::uint32_t o, auto rows) {
        for (std::uint32_t b = 0; b < count; b += 4)
          forward_tile<rows.v>(count, b, outputs.first + o, k, length);
      });
    }
  }

  /// Of inputs `inputs`: their gradient from the weights as they are, then those weights' update.
  template <class Update>
  void backward(std::uint32_t count, Range inputs, Update& take) const {
    if (p_.wants_input_gradient) data_gradient(count, inputs);
    for_blocks<wide_columns>(inputs.count(), [&](std::uint32_t i, auto columns) {
      for_blocks<wide_rows>(outputs_, [&](std::uint32_t o, auto rows) {
        update_tile<rows.v, columns.v>(count, o, inputs.first + i, take);
      });
    });
  }
  template <class Update>
  void update_biases(std::uint32_t count, Update& take) const {
    if (p_.has_biases)
      for_blocks(outputs_, [&](std::uint32_t o, auto rows) { update_biases<rows.v>(count, o, take); });
  }

 private:
  static constexpr std::uint32_t run_length = 64;

  const L* input_of(std::uint32_t b) const { return arena_ + p_.input.first + b * p_.input.sample; }
  L* output_of(std::uint32_t b) const { return arena_ + p_.output.first + b * p_.output.sample; }
  const L* gradient_of(std::uint32_t b) const {
    return arena_ + p_.output_gradient.first + b * p_.output_gradient.sample;
  }
  static std::uint32_t sample_at(std::uint32_t count, std::uint32_t at) {
    return at < count ? at : count - 1;  // the last tile may repeat a sample
  }

  template <int I>
  void forward_tile(std::uint32_t count, std::uint32_t b, std::uint32_t o, std::uint32_t k,
                    std::uint32_t length) const {
    const L* inputs[4];
    L* outputs[4];
    ETALON_UNROLL for (std::uint32_t j = 0; j < 4; ++j) {
      const std::uint32_t sample = sample_at(count, b + j);
      inputs[j] = input_of(sample) + k;
      outputs[j] = output_of(sample) + o * p_.output.plane;
    }
    // Zeros stand around each output where a convolution with padding follows.
    const auto plane = static_cast<std::ptrdiff_t>(p_.output.plane);
    Tile<L, I, 4> tile;
    if (k == 0) {
      L bias[I];
      ETALON_UNROLL for (int i = 0; i < I; ++i) bias[i] = arena_[p_.biases + o + i];
      tile.set(bias);
    } else {
      tile.load({outputs[0], outputs[1], outputs[2], outputs[3]}, plane);
    }
    const auto row = static_cast<std::ptrdiff_t>(p_.weight_row);
    tile.run(arena_ + p_.weights + o * p_.weight_row + k, row, 1, inputs, 1, length);
    tile.store({outputs[0], outputs[1], outputs[2], outputs[3]}, plane);
  }

  void data_gradient(std::uint32_t count, Range inputs) const {
    for (std::uint32_t k = 0; k < outputs_; k += run_length) {
      const std::uint32_t length = k + run_length < outputs_ ? run_length : outputs_ - k;
      for_blocks(inputs.count(), [&](std::uint32_t i, auto rows) {
        for (std::uint32_t b = 0; b < count; b += 4)
          data_gradient_tile<rows.v>(count, b, inputs.first + i, k, length);
      });
    }
  }

  template <int I>
  void data_gradient_tile(std::uint32_t count, std::uint32_t b, std::uint32_t i, std::uint32_t k,
                          std::uint32_t length) const {
    const L* gradients[4];
    L* places[4];
    ETALON_UNROLL for (std::uint32_t j = 0; j < 4; ++j) {
      const std::uint32_t sample = sample_at(count, b + j);
      gradients[j] = gradient_of(sample) + k;
      places[j] = arena_ + p_.input_gradient.first + sample * p_.input_gradient.sample + i;
    }
    Tile<L, I, 4> tile;
    if (k == 0)
      tile.clear();
    else
      tile.load({places[0], places[1], places[2], places[3]}, 1);
    const auto row = static_cast<std::ptrdiff_t>(p_.weight_row);
    tile.run(arena_ + p_.weights + k * p_.weight_row + i, 1, row, gradients, 1, length);
    tile.store({places[0], places[1], places[2], places[3]}, 1);
  }

  template <int I, int J, class Update>
  void update_tile(std::uint32_t count, std::uint32_t o, std::uint32_t i, Update& take) const {
    const L* inputs[J];
    L gradient[I * J];
    L* places[J];
    ETALON_UNROLL for (int j = 0; j < J; ++j) {
      inputs[j] = input_of(0) + i + j;
      places[j] = gradient + j;
    }
    Tile<L, I, J> tile;
    tile.clear();
    tile.run(gradient_of(0) + o, 1, static_cast<std::ptrdiff_t>(p_.output_gradient.sample), inputs,
             static_cast<std::ptrdiff_t>(p_.input.sample), count);
    tile.store(places, J);
    take(p_.weights + o * p_.weight_row + i, I, J, p_.weight_row, gradient, J, p_.group);
  }

  template <int I, class Update>
  void update_biases(std::uint32_t count, std::uint32_t o, Update& take) const {
    L total[I];
    ETALON_UNROLL for (int i = 0; i < I; ++i) total[i] = L(0);
    for (std::uint32_t b = 0; b < count; ++b)
      ETALON_UNROLL for (int i = 0; i < I; ++i) total[i] = total[i] + gradient_of(b)[o + i];
    take(p_.biases + o, 1, I, 0, total, 0, p_.group);
  }

  const LayerPlan& p_;
  L* arena_;
  std::uint32_t inputs_, outputs_;
};

}  // namespace etalon::ETALON_INSTANCE
