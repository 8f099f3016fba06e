/// Dense layer over slots, over the whole minibatch, so that its weights are read once a pass:
///
///   out[o] = bias[o] + sum over i of w[o][i] * in[i]           for each sample
///   din[i] = sum over o of w[o][i] * dout[o]                   for each sample
///   dw[o][i] = sum over samples of dout[o] * in[i]
///
/// in the order written. For the last one both are turned round first, so that a sample's numbers stand side
/// by side. The weight gradient of a tile goes to the optimizer at once: no gradient is stored.
#pragma once

#include "etalon/nn/network_plan.h"
#include "etalon/nn/tile.h"
#include "etalon/nn/transpose.h"

namespace etalon::ETALON_INSTANCE {

template <class L>
class Dense {
 public:
  Dense(const LayerPlan& plan, const Desk<L>& desk)
      : p_(plan), desk_(desk), inputs_(plan.columns), outputs_(plan.output.channels) {}

  /// Outputs `outputs` of all groups.
  void forward(Range outputs) const {
    for (std::uint32_t k = 0; k < inputs_; k += run_length)
      for_tiles<forward_rows>(outputs, [&](std::uint32_t o, auto rows, std::uint32_t g, auto columns) {
        forward_tile<rows.v, columns.v>(g, o, k, length_of(k, inputs_));
      });
  }

  /// Puts samples `samples` of the minibatch in rows, inputs and output gradients.
  void gather(Range groups) const {
    for (std::uint32_t g = groups.first; g < groups.end; ++g) {
      transpose(input_of(g), inputs_, numbers(p_.input_samples) + row_at(g, p_.input_row), p_.input_row);
      transpose(gradient_of(g), outputs_, numbers(p_.gradient_samples) + row_at(g, p_.gradient_row),
                p_.gradient_row);
    }
  }

  /// Of inputs `inputs`, after gather() of all groups: their gradient from the weights as they are, then
  /// those weights' update.
  template <class Update>
  void backward(std::uint32_t samples, Range inputs, Update& take) const {
    for (std::uint32_t first = inputs.first; first < inputs.end; first += piece) {
      const Range some{first, first + piece < inputs.end ? first + piece : inputs.end};
      if (p_.wants_input_gradient) data_gradient(some);
      update(samples, some, take);
    }
  }
  template <class Update>
  void update_biases(std::uint32_t samples, Update& take) const {
    if (!p_.has_biases) return;
    const Scalar* gradients = numbers(p_.gradient_samples);
    for (std::uint32_t o = 0; o < outputs_; o += W::width) {
      W total(0);
      for (std::uint32_t n = 0; n < samples; ++n)
        total = total + load<W>(gradients + n * p_.gradient_row + o);
      Scalar sums[W::width];
      store(sums, total);
      const std::uint32_t left = outputs_ - o;
      take(p_.biases + o, 1, left < W::width ? left : W::width, 0, sums, 0, p_.group);
    }
  }

 private:
  using Scalar = typename L::Scalar;
  using W = Wide<Scalar>;
  static constexpr std::uint32_t run_length = 64;
  /// Inputs whose weights are read for the data gradient and found in a near cache for the update.
  static constexpr std::uint32_t piece = 64;
  static constexpr int forward_rows = most_rows;

  Scalar* numbers(std::uint64_t at) const { return desk_.numbers + at; }
  std::uint64_t row_at(std::uint32_t group, std::uint64_t row) const { return group * L::width * row; }
  const L* input_of(std::uint32_t g) const { return desk_.at(p_.input, g); }
  L* output_of(std::uint32_t g) const { return desk_.at(p_.output, g); }
  const L* gradient_of(std::uint32_t g) const { return desk_.at(p_.output_gradient, g); }
  static std::uint32_t length_of(std::uint32_t first, std::uint32_t all) {
    return first + run_length < all ? run_length : all - first;
  }

  /// Calls body(row, Constant of rows, group, Constant of groups) for tiles that cover `rows` and all groups.
  template <int most, class Body>
  ETALON_INLINE void for_tiles(Range rows, const Body& body) const {
    for_blocks<most>(rows.count(), [&](std::uint32_t row, auto height) {
      std::uint32_t g = 0;
      for (; g + 4 <= desk_.groups; g += 4) body(rows.first + row, height, g, Constant<4>{});
      for (; g + 2 <= desk_.groups; g += 2) body(rows.first + row, height, g, Constant<2>{});
      for (; g < desk_.groups; ++g) body(rows.first + row, height, g, Constant<1>{});
    });
  }

  template <int I, int J>
  void forward_tile(std::uint32_t g, std::uint32_t o, std::uint32_t k, std::uint32_t length) const {
    for (int part = 0; part < parts_of<L>; ++part) {
      PartPointer<L> inputs[J], outputs[J];
      ETALON_UNROLL for (int j = 0; j < J; ++j) {
        inputs[j] = {input_of(g + static_cast<std::uint32_t>(j)) + k, part};
        outputs[j] = {output_of(g + static_cast<std::uint32_t>(j)) + o * p_.output.plane, part};
      }
      // Zeros stand around each output where a convolution with padding follows.
      const auto plane = static_cast<std::ptrdiff_t>(p_.output.plane);
      Tile<Part<L>, I, J> tile;
      if (k == 0)
        tile.set(numbers(p_.biases + o));
      else
        tile.load(outputs, plane);
      tile.run(numbers(p_.weights + o * p_.weight_row + k), static_cast<std::ptrdiff_t>(p_.weight_row), 1,
               inputs, 1, length);
      tile.store(outputs, plane);
    }
  }

  void data_gradient(Range inputs) const {
    for (std::uint32_t k = 0; k < outputs_; k += run_length)
      for_tiles<forward_rows>(inputs, [&](std::uint32_t i, auto rows, std::uint32_t g, auto columns) {
        data_gradient_tile<rows.v, columns.v>(g, i, k, length_of(k, outputs_));
      });
  }

  template <int I, int J>
  void data_gradient_tile(std::uint32_t g, std::uint32_t i, std::uint32_t k, std::uint32_t length) const {
    for (int part = 0; part < parts_of<L>; ++part) {
      PartPointer<L> gradients[J], places[J];
      ETALON_UNROLL for (int j = 0; j < J; ++j) {
        gradients[j] = {gradient_of(g + static_cast<std::uint32_t>(j)) + k, part};
        places[j] = {desk_.at(p_.input_gradient, g + static_cast<std::uint32_t>(j)) + i, part};
      }
      Tile<Part<L>, I, J> tile;
      if (k == 0)
        tile.clear();
      else
        tile.load(places, 1);
      const auto row = static_cast<std::ptrdiff_t>(p_.weight_row);
      tile.run(numbers(p_.weights + k * p_.weight_row + i), 1, row, gradients, 1, length);
      tile.store(places, 1);
    }
  }

  template <class Update>
  void update(std::uint32_t samples, Range inputs, Update& take) const {
    const std::uint32_t vectors = (inputs.count() + W::width - 1) / W::width;
    for_blocks<number_vectors>(vectors, [&](std::uint32_t v, auto columns) {
      for_blocks<number_rows>(outputs_, [&](std::uint32_t o, auto rows) {
        update_tile<rows.v, columns.v>(samples, o, {inputs.first + v * W::width, inputs.end}, take);
      });
    });
  }

  /// What it computes beyond the last input is dropped.
  template <int I, int J, class Update>
  void update_tile(std::uint32_t samples, std::uint32_t o, Range inputs, Update& take) const {
    const auto row = static_cast<std::ptrdiff_t>(p_.input_row);
    const Scalar* from = numbers(p_.input_samples + inputs.first);
    WideTile<W, I, J> tile;
    tile.clear();
    tile.run(numbers(p_.gradient_samples + o), 1, static_cast<std::ptrdiff_t>(p_.gradient_row), from, row,
             samples);
    Scalar gradient[I * J * W::width];
    tile.store(gradient, J * W::width);
    const std::uint32_t columns = inputs.count() < J * W::width ? inputs.count() : J * W::width;
    take(p_.weights + o * p_.weight_row + inputs.first, I, columns, p_.weight_row, gradient, J * W::width,
         p_.group);
  }

  const LayerPlan& p_;
  Desk<L> desk_;
  std::uint32_t inputs_, outputs_;
};

}  // namespace etalon::ETALON_INSTANCE
