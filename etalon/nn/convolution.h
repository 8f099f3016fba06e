/// Convolution over slots, group by group: forward, data gradient, weight gradient.
///
///   sums[o][y][x]  = bias[o] + sum over i, ky, kx of w[o][i][ky][kx] * in[i][y*s + ky - p][x*s + kx - p]
///   dw[o][i][ky][kx] = sum over slots of sum over groups, y, x of
///                          dsums[o][y][x] * in[i][y*s + ky - p][x*s + kx - p]
///   din[i][y][x]   = sum over o, ky, kx of w[o][i][ky][kx] * dsums[o][(y+p-ky)/s][(x+p-kx)/s]
///
/// with the sums taken in the order written, that over slots by sum_over_lanes. Members share a group's
/// channels and meet where one reads what another wrote. A ReLU and a 2x2 max-pool that follow are done on
/// the tile while it is in registers; its positions then are pooling windows, and one byte a slot keeps which
/// position won.
#pragma once

#include "etalon/nn/network_plan.h"
#include "etalon/nn/tile.h"
#include "etalon/nn/transpose.h"

namespace etalon::ETALON_INSTANCE {

/// Code of a pooled output whose gradient the ReLU stops.
inline constexpr int no_winner = 4;

/// The largest of a pooling window's sums, after the ReLU where one stands between; NaN wins, else the first
/// of the largest. `winner` becomes its place, or no_winner.
template <class L>
ETALON_INLINE L pooled(const L (&window)[4], bool rectify, typename L::Bytes& winner) {
  L best = window[0];
  typename L::Integers place = all_integers<L>(0);
  ETALON_UNROLL for (int j = 1; j < 4; ++j) {
    const auto larger = ~less_equal(window[j], best) & ~is_nan(best);
    best = select<L>(larger, window[j], best);
    place = select_integers<L>(larger, all_integers<L>(j), place);
  }
  if (rectify) {
    place = select_integers<L>(less_equal(best, L(0)), all_integers<L>(no_winner), place);
    best = rectified(best);
  }
  winner = to_bytes<L>(place);
  return best;
}

template <class L>
class Convolution {
 public:
  Convolution(const LayerPlan& plan, const Desk<L>& desk)
      : p_(plan),
        desk_(desk),
        ins_(plan.input.channels / plan.channel_groups),
        outs_(plan.output.channels / plan.channel_groups) {}

  /// Outputs `outputs` of one group.
  void forward(std::uint32_t group, Range outputs) const {
    for_channel_blocks<wide_rows>(outputs, outs_, [&](std::uint32_t o, auto rows) {
      with_kernel_width(p_.kernel_width, [&](auto width) { forward_block<rows.v, width.v>(group, o); });
    });
  }

  /// Takes the gradient of outputs `outputs` back through pooling and ReLU to that of the sums.
  void unpool(std::uint32_t group, Range outputs) const {
    const Tensor &from = p_.output_gradient, &to = p_.sums;
    if (from.first == to.first) return;  // written in its place already
    for (std::uint32_t o = outputs.first; o < outputs.end; ++o) {
      const L* gradient = desk_.at(from, group) + o * from.plane;
      L* sums = sums_of(group) + o * to.plane;
      if (p_.pool)
        unpool_channel(gradient, winners_of(group) + o * p_.position_tiles, sums);
      else
        mask_channel(gradient, output_of(group) + o * p_.output.plane, sums);
    }
  }

  /// Adds one group's share to each slot's gradient of the weights of `outputs`, or begins it with group 0.
  void add_gradient(std::uint32_t group, Range outputs) const {
    if (p_.has_biases) add_bias_gradient(group, outputs);
    add_weight_gradient(group, outputs);
  }

  /// Sets the gradient of inputs `inputs` of one group from the gradient of all sums.
  void pass_gradient(std::uint32_t group, Range inputs) const {
    for_channel_blocks<most_rows>(inputs, ins_, [&](std::uint32_t i, auto rows) {
      with_kernel_width(p_.stride == 1 ? p_.kernel_width : 0,
                        [&](auto width) { data_gradient_block<rows.v, width.v>(group, i); });
    });
  }

  /// Adds up the slots for `outputs` and hands the finished gradient to
  /// take(place, rows, columns, row, gradient, gradient_row, group).
  template <class Update>
  void update(Update& take, Range outputs) const {
    const L *weights = desk_.arena + p_.slot_gradients, *biases = desk_.arena + p_.bias_gradients;
    Scalar* finished = desk_.numbers + p_.finished + desk_.index * p_.member_finished;
    for (std::uint32_t o = outputs.first; o < outputs.end; ++o) {
      sums_over_lanes(weights + std::uint64_t{o} * p_.columns, p_.columns, finished);
      take(p_.weights + o * p_.weight_row, 1, p_.columns, 0, finished, 0, p_.group);
      if (!p_.has_biases) continue;
      const Scalar bias = sum_over_lanes(biases[o]);
      take(p_.biases + o, 1, 1, 0, &bias, 0, p_.group);
    }
  }

 private:
  using Bytes = typename L::Bytes;
  using Integers = typename L::Integers;
  using Scalar = typename L::Scalar;
  /// Half a first-level cache: what the tiles of a pass read again and again takes about so many values.
  static constexpr std::uint32_t cache_values = 20 * 1024 / sizeof(L);

  template <class Body>
  static ETALON_INLINE void with_kernel_width(std::uint32_t width, const Body& body) {
    switch (width) {
      case 1:
        return body(Constant<1>{});
      case 3:
        return body(Constant<3>{});
      case 5:
        return body(Constant<5>{});
      default:
        return body(Constant<0>{});
    }
  }

  /// The corner of the zeros around a group's input, at the first channel that output `o` sees.
  const L* input_corner(std::uint32_t group, std::uint32_t o) const {
    return desk_.at(p_.input, group) + o / outs_ * ins_ * p_.input.plane - p_.input.pad * (p_.input.row + 1);
  }
  L* output_of(std::uint32_t group) const { return desk_.at(p_.output, group); }
  L* sums_of(std::uint32_t group) const { return desk_.at(p_.sums, group); }
  Bytes* winners_of(std::uint32_t group) const {
    return reinterpret_cast<Bytes*>(desk_.arena + p_.extra) + group * p_.extra_group;
  }

  template <int I, int K>
  void forward_block(std::uint32_t group, std::uint32_t o) const {
    const L* corner = input_corner(group, o);
    const Scalar *weights = desk_.numbers + p_.weights + o * p_.weight_row,
                 *bias = desk_.numbers + p_.biases + o;
    constexpr int tiles = wide_columns / 4;
    std::uint32_t t = 0;
    for (; t + tiles <= p_.position_tiles; t += tiles)
      forward_tile<I, K, wide_columns>(bias, weights, corner, group, o, t);
    if constexpr (tiles > 1)
      for (; t < p_.position_tiles; ++t) forward_tile<I, K, 4>(bias, weights, corner, group, o, t);
  }

  /// J positions: those of tile `t` and, where there are more than four, of the next.
  template <int I, int K, int J>
  ETALON_INLINE void forward_tile(const Scalar* bias, const Scalar* weights, const L* corner,
                                  std::uint32_t group, std::uint32_t o, std::uint32_t t) const {
    const PositionTile* at = p_.positions + t;
    for (int part = 0; part < parts_of<L>; ++part) {
      PartPointer<L> inputs[J];
      ETALON_UNROLL for (int j = 0; j < J; ++j) inputs[j] = {corner + at[j / 4].input[j % 4], part};
      Tile<Part<L>, I, J> tile;
      tile.set(bias);
      accumulate<I, K, J>(tile, weights, inputs);
      ETALON_UNROLL for (int j = 0; j < J; j += 4) {
        if (p_.pool)
          store_pooled<I, J>(tile, part, group, o, t + j / 4, j);
        else
          store<I, J>(tile, part, group, o, at[j / 4], j);
      }
    }
  }

  template <int I, int K, int J>
  ETALON_INLINE void accumulate(Tile<Part<L>, I, J>& tile, const Scalar* w,
                                const PartPointer<L> (&inputs)[J]) const {
    const auto weight_row = static_cast<std::ptrdiff_t>(p_.weight_row);
    const std::ptrdiff_t width = K != 0 ? K : p_.kernel_width;
    for (std::uint32_t i = 0; i < ins_; ++i) {
      auto offset = static_cast<std::ptrdiff_t>(i * p_.input.plane);
      for (std::uint32_t ky = 0; ky < p_.kernel_height; ++ky) {
        tile.run(w, weight_row, 1, inputs, 1, width, offset);
        w += width;
        offset += static_cast<std::ptrdiff_t>(p_.input.row);
      }
    }
  }

  template <int I, int J>
  ETALON_INLINE void store(const Tile<Part<L>, I, J>& tile, int part, std::uint32_t group, std::uint32_t o,
                           const PositionTile& at, int first) const {
    const PartPointer<L> out(output_of(group) + o * p_.output.plane, part);
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < 4; ++j) {
      const Part<L> sum = tile.sum[i][first + j];
      const std::ptrdiff_t place =
          static_cast<std::ptrdiff_t>(at.output[j]) + i * static_cast<std::ptrdiff_t>(p_.output.plane);
      __builtin_prefetch(&out[place + 2 * wide_columns], 1, 3);
      out[place] = p_.rectify ? rectified(sum) : sum;
    }
  }

  template <int I, int J>
  ETALON_INLINE void store_pooled(const Tile<Part<L>, I, J>& tile, int part, std::uint32_t group,
                                  std::uint32_t o, std::uint32_t t, int first) const {
    const PartPointer<L> out(output_of(group) + o * p_.output.plane + p_.positions[t].output[0], part);
    auto* winners =
        reinterpret_cast<std::int8_t*>(winners_of(group) + o * p_.position_tiles + t) + part * Part<L>::width;
    const auto plane = static_cast<std::ptrdiff_t>(p_.output.plane),
               windows = static_cast<std::ptrdiff_t>(p_.position_tiles);
    const bool rectify = p_.rectify;
    ETALON_UNROLL for (int i = 0; i < I; ++i) {
      const Part<L> window[4] = {tile.sum[i][first], tile.sum[i][first + 1], tile.sum[i][first + 2],
                                 tile.sum[i][first + 3]};
      typename Part<L>::Bytes winner;
      out[i * plane] = pooled(window, rectify, winner);
      __builtin_memcpy(winners + i * windows * L::width, &winner, sizeof winner);
    }
  }

  void unpool_channel(const L* gradient, const Bytes* winners, L* sums) const {
    const std::uint64_t row = p_.sums.row;
    for (std::uint32_t y = 0; y < p_.output.height; ++y, sums += 2 * row)
      for (std::uint32_t x = 0; x < p_.output.width; ++x) {
        const L g = *gradient++;
        const Integers winner = from_bytes<L>(*winners++);
        const auto share = [&](int j) { return select<L>(equal<L>(winner, all_integers<L>(j)), g, L(0)); };
        sums[2 * x] = share(0);
        sums[2 * x + 1] = share(1);
        sums[row + 2 * x] = share(2);
        sums[row + 2 * x + 1] = share(3);
      }
  }

  void mask_channel(const L* gradient, const L* output, L* sums) const {
    for (std::uint32_t y = 0; y < p_.output.height; ++y)
      for (std::uint32_t x = 0; x < p_.output.width; ++x) {
        const L g = gradient[y * p_.output_gradient.row + x];
        const L value = output[y * p_.output.row + x];
        sums[y * p_.sums.row + x] = p_.rectify ? select<L>(less_equal(value, L(0)), L(0), g) : g;
      }
  }

  void add_bias_gradient(std::uint32_t group, Range outputs) const {
    L* gradients = desk_.arena + p_.bias_gradients;
    for (std::uint32_t o = outputs.first; o < outputs.end; ++o) {
      const L* sums = sums_of(group) + o * p_.sums.plane;
      L total = group == 0 ? L(0) : gradients[o];
      for (std::uint32_t y = 0; y < p_.sums.height; ++y)
        for (std::uint32_t x = 0; x < p_.sums.width; ++x) total = total + sums[y * p_.sums.row + x];
      gradients[o] = total;
    }
  }

  /// Some rows at a time, so that they stay in the first-level cache while all taps use them.
  void add_weight_gradient(std::uint32_t group, Range outputs) const {
    const std::uint32_t rows = 1 + cache_values / (wide_rows * p_.sums.width + 1);
    for (std::uint32_t y = 0; y < p_.sums.height; y += rows) {
      const std::uint32_t end = y + rows < p_.sums.height ? y + rows : p_.sums.height;
      for_channel_blocks<wide_rows>(outputs, outs_, [&](std::uint32_t o, auto i) {
        for_blocks<wide_columns>(p_.columns, [&](std::uint32_t column, auto j) {
          const L* corner = input_corner(group, o) + y * p_.stride * p_.input.row;
          if (p_.stride == 1)
            weight_gradient_tile<i.v, j.v, 1>(group, corner, o, column, y, end);
          else
            weight_gradient_tile<i.v, j.v, 0>(group, corner, o, column, y, end);
        });
      });
    }
  }

  template <int I, int J, int fixed_stride>
  void weight_gradient_tile(std::uint32_t group, const L* corner, std::uint32_t o, std::uint32_t column,
                            std::uint32_t first, std::uint32_t end) const {
    const std::ptrdiff_t stride = fixed_stride != 0 ? fixed_stride : static_cast<std::ptrdiff_t>(p_.stride);
    const auto plane = static_cast<std::ptrdiff_t>(p_.sums.plane), row = std::ptrdiff_t{p_.columns};
    L* gradient = desk_.arena + p_.slot_gradients + std::uint64_t{o} * p_.columns + column;
    for (int part = 0; part < parts_of<L>; ++part) {
      PartPointer<L> places[J], inputs[J],
          sums(sums_of(group) + o * p_.sums.plane + first * p_.sums.row, part);
      ETALON_UNROLL for (int j = 0; j < J; ++j) {
        places[j] = {gradient + j, part};
        inputs[j] = {corner + p_.taps[column + static_cast<std::uint32_t>(j)], part};
      }
      Tile<Part<L>, I, J> tile;
      if (group == 0 && first == 0)
        tile.clear();
      else
        tile.load(places, row);
      for (std::uint32_t y = first; y < end; ++y) {
        tile.run(sums, plane, 1, inputs, stride, p_.sums.width);
        sums += static_cast<std::ptrdiff_t>(p_.sums.row);
        ETALON_UNROLL for (int j = 0; j < J; ++j) inputs[j] +=
            static_cast<std::ptrdiff_t>(p_.stride * p_.input.row);
      }
      tile.store(places, row);
    }
  }

  template <int I, int K>
  void data_gradient_block(std::uint32_t group, std::uint32_t i) const {
    const Tensor& to = p_.input_gradient;
    L* out = desk_.at(to, group) + i * to.plane;
    const std::uint32_t area = p_.kernel_height * p_.kernel_width, first = i / ins_ * outs_;
    const Scalar* weights = desk_.numbers + p_.weights + first * p_.weight_row + i % ins_ * area;
    const L* sums = sums_of(group) + first * p_.sums.plane;
    const std::uint32_t run = 1 + cache_values / (I * area);
    for (std::uint32_t o = 0; o < outs_; o += run)
      for (std::uint32_t t = 0; t < p_.gradient_tiles; ++t)
        data_gradient_tile<I, K>(weights, sums, out, p_.gradients[t], o, o + run < outs_ ? o + run : outs_);
  }

  /// Adds the shares of outputs [first, end), few enough for their weights to stay in the first-level cache.
  template <int I, int K>
  ETALON_INLINE void data_gradient_tile(const Scalar* weights, const L* sums, L* out, const GradientTile& at,
                                        std::uint32_t first, std::uint32_t end) const {
    const auto plane = static_cast<std::ptrdiff_t>(p_.input_gradient.plane);
    weights += first * p_.weight_row + at.first_row * p_.kernel_width + at.first_column;
    for (int part = 0; part < parts_of<L>; ++part) {
      PartPointer<L> places[4], from[4];
      ETALON_UNROLL for (int j = 0; j < 4; ++j) places[j] = {out + at.output[j], part},
                                                from[j] = {sums + at.sums[j], part};
      Tile<Part<L>, I, 4> tile;
      if (first == 0)
        tile.clear();
      else
        tile.load(places, plane);
      if (K != 0 && at.columns == K)  // NOLINT(bugprone-branch-clone): the same only where K is 0
        scatter<I, K>(tile, weights, from, at, first, end);
      else
        scatter<I, 0>(tile, weights, from, at, first, end);
      tile.store(places, plane);
    }
  }

  template <int I, int K>
  ETALON_INLINE void scatter(Tile<Part<L>, I, 4>& tile, const Scalar* weights,
                             const PartPointer<L> (&from)[4], const GradientTile& at, std::uint32_t first,
                             std::uint32_t end) const {
    const auto area = std::ptrdiff_t{p_.kernel_height} * p_.kernel_width;
    const auto row = std::ptrdiff_t{p_.kernel_width} * p_.stride;
    const std::ptrdiff_t columns = K != 0 ? K : at.columns, step = K != 0 ? 1 : p_.stride;
    for (std::uint32_t o = first; o < end; ++o, weights += p_.weight_row) {
      const Scalar* w = weights;
      auto offset = static_cast<std::ptrdiff_t>(o * p_.sums.plane);
      for (std::uint32_t a = 0; a < at.rows;
           ++a, w += row, offset -= static_cast<std::ptrdiff_t>(p_.sums.row)) {
        tile.run(w, area, step, from, -1, columns, offset);
      }
    }
  }

  const LayerPlan& p_;
  Desk<L> desk_;
  std::uint32_t ins_, outs_;  ///< channels of one group
};

}  // namespace etalon::ETALON_INSTANCE
