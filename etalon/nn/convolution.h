/// Convolution over lanes, sample by sample: forward, data gradient, weight gradient.
///
///   sums[o][y][x]  = bias[o] + sum over i, ky, kx of w[o][i][ky][kx] * in[i][y*s + ky - p][x*s + kx - p]
///   dw[o][i][ky][kx] += sum over samples, y, x of dsums[o][y][x] * in[i][y*s + ky - p][x*s + kx - p]
///   din[i][y][x]   = sum over o, ky, kx of w[o][i][ky][kx] * dsums[o][(y+p-ky)/s][(x+p-kx)/s]
///
/// with the sums taken in the order written. A ReLU and a 2x2 max-pool that follow are done on the tile while
/// it is in registers; its positions then are pooling windows, and one byte a lane keeps which position won.
#pragma once

#include "etalon/nn/plan.h"
#include "etalon/nn/tile.h"

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
        arena_(desk.arena),
        ins_(plan.input.channels / plan.channel_groups),
        outs_(plan.output.channels / plan.channel_groups) {}

  void forward(std::uint32_t sample) const {
    for (std::uint32_t g = 0; g < p_.channel_groups; ++g)
      for_blocks<wide_rows>(outs_, [&](std::uint32_t o, auto rows) {
        switch (p_.kernel_width) {
          case 1:
            forward_block<rows.v, 1>(sample, g, o);
            break;
          case 3:
            forward_block<rows.v, 3>(sample, g, o);
            break;
          case 5:
            forward_block<rows.v, 5>(sample, g, o);
            break;
          default:
            forward_block<rows.v, 0>(sample, g, o);
            break;
        }
      });
  }

  /// Adds this sample's share to the gradient of `part`, and sets its input gradient if that is wanted.
  void backward(std::uint32_t sample, std::uint32_t part) const {
    unpool(sample);
    L* sum = arena_ + p_.part_gradients + part * p_.part_length;
    if (p_.has_biases) add_bias_gradient(sample, sum + p_.weight_row * p_.output.channels);
    add_weight_gradient(sample, sum);
    if (!p_.wants_input_gradient) return;
    for (std::uint32_t g = 0; g < p_.channel_groups; ++g)
      for_blocks(ins_, [&](std::uint32_t i, auto rows) {
        switch (p_.stride == 1 ? p_.kernel_width : 0) {
          case 1:
            data_gradient_block<rows.v, 1>(sample, g, i);
            break;
          case 3:
            data_gradient_block<rows.v, 3>(sample, g, i);
            break;
          case 5:
            data_gradient_block<rows.v, 5>(sample, g, i);
            break;
          default:
            data_gradient_block<rows.v, 0>(sample, g, i);
            break;
        }
      });
  }

  void clear_part(std::uint32_t part) const {
    L* sum = arena_ + p_.part_gradients + part * p_.part_length;
    for (std::uint64_t k = 0; k < p_.part_length; ++k) sum[k] = L(0);
  }

  /// Adds up the parts for outputs [first, end) and hands the finished gradient to
  /// take(place, rows, columns, row, gradient, gradient_row, group).
  template <class Update>
  void update(Update& take, std::uint32_t parts, std::uint32_t first, std::uint32_t end) const {
    L* gradient = arena_ + p_.part_gradients;
    const std::uint64_t biases = p_.weight_row * p_.output.channels;
    for (std::uint32_t o = first; o < end; ++o) {
      L* row = gradient + o * p_.weight_row;
      add_parts(row, p_.columns, parts);
      take(p_.weights + o * p_.weight_row, 1, p_.columns, p_.weight_row, row, p_.weight_row, p_.group);
    }
    if (!p_.has_biases || first == end) return;
    add_parts(gradient + biases + first, end - first, parts);
    take(p_.biases + first, 1, end - first, 0, gradient + biases + first, 0, p_.group);
  }

 private:
  using Bytes = typename L::Bytes;
  using Integers = typename L::Integers;
  /// Half a first-level cache: what the tiles of a pass read again and again takes about so many values.
  static constexpr std::uint32_t cache_values = 20 * 1024 / sizeof(L);

  /// The corner of the zeros around a sample's input, at the first channel of a group.
  const L* input_corner(std::uint32_t sample, std::uint32_t group) const {
    return desk_.at(p_.input, sample) + group * ins_ * p_.input.plane - p_.input.pad * (p_.input.row + 1);
  }
  L* output_of(std::uint32_t sample) const { return desk_.at(p_.output, sample); }
  L* sums_of(std::uint32_t sample) const { return desk_.at(p_.sums, sample); }
  void add_parts(L* sum, std::uint32_t count, std::uint32_t parts) const {
    for (std::uint32_t part = 1; part < parts; ++part) {
      const L* more = sum + part * p_.part_length;
      for (std::uint32_t k = 0; k < count; ++k) sum[k] = sum[k] + more[k];
    }
  }
  Bytes* winners_of(std::uint32_t sample) const {
    return reinterpret_cast<Bytes*>(arena_ + p_.extra) + sample * p_.extra_sample;
  }

  template <int I, int K>
  void forward_block(std::uint32_t sample, std::uint32_t group, std::uint32_t o) const {
    const L* corner = input_corner(sample, group);
    o += group * outs_;
    const L* weights = arena_ + p_.weights + o * p_.weight_row;
    L bias[I];
    ETALON_UNROLL for (int i = 0; i < I; ++i) bias[i] = arena_[p_.biases + o + i];
    constexpr int tiles = wide_columns / 4;
    std::uint32_t t = 0;
    for (; t + tiles <= p_.position_tiles; t += tiles)
      forward_tile<I, K, wide_columns>(bias, weights, corner, sample, o, t);
    if constexpr (tiles > 1)
      for (; t < p_.position_tiles; ++t) forward_tile<I, K, 4>(bias, weights, corner, sample, o, t);
  }

  /// J positions: those of tile `t` and, where there are more than four, of the next.
  template <int I, int K, int J>
  ETALON_INLINE void forward_tile(const L (&bias)[I], const L* weights, const L* corner, std::uint32_t sample,
                                  std::uint32_t o, std::uint32_t t) const {
    const PositionTile* at = p_.positions + t;
    const L* inputs[J];
    ETALON_UNROLL for (int j = 0; j < J; ++j) inputs[j] = corner + at[j / 4].input[j % 4];
    Tile<L, I, J> tile;
    tile.set(bias);
    accumulate<I, K, J>(tile, weights, inputs);
    ETALON_UNROLL for (int j = 0; j < J; j += 4) {
      if (p_.pool)
        store_pooled<I, J>(tile, sample, o, t + j / 4, j);
      else
        store<I, J>(tile, sample, o, at[j / 4], j);
    }
  }

  template <int I, int K, int J>
  ETALON_INLINE void accumulate(Tile<L, I, J>& tile, const L* w, const L* const (&inputs)[J]) const {
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
  ETALON_INLINE void store(const Tile<L, I, J>& tile, std::uint32_t sample, std::uint32_t o,
                           const PositionTile& at, int first) const {
    L* out = output_of(sample) + o * p_.output.plane;
    ETALON_UNROLL for (int i = 0; i < I; ++i) ETALON_UNROLL for (int j = 0; j < 4; ++j) {
      const L sum = tile.sum[i][first + j];
      L* place = out + at.output[j] + i * static_cast<std::ptrdiff_t>(p_.output.plane);
      __builtin_prefetch(place + 2 * wide_columns, 1, 3);
      *place = p_.rectify ? rectified(sum) : sum;
    }
  }

  template <int I, int J>
  ETALON_INLINE void store_pooled(const Tile<L, I, J>& tile, std::uint32_t sample, std::uint32_t o,
                                  std::uint32_t t, int first) const {
    L* out = output_of(sample) + o * p_.output.plane + p_.positions[t].output[0];
    Bytes* winners = winners_of(sample) + o * p_.position_tiles + t;
    const auto plane = static_cast<std::ptrdiff_t>(p_.output.plane),
               windows = static_cast<std::ptrdiff_t>(p_.position_tiles);
    const bool rectify = p_.rectify;
    ETALON_UNROLL for (int i = 0; i < I; ++i) {
      const L window[4] = {tile.sum[i][first], tile.sum[i][first + 1], tile.sum[i][first + 2],
                           tile.sum[i][first + 3]};
      out[i * plane] = pooled(window, rectify, winners[i * windows]);
    }
  }

  /// Takes the output gradient back through pooling and ReLU to the gradient of the sums.
  void unpool(std::uint32_t sample) const {
    const Tensor &from = p_.output_gradient, &to = p_.sums;
    if (from.first == to.first) return;  // written in its place already
    for (std::uint32_t o = 0; o < to.channels; ++o) {
      const L* gradient = desk_.at(from, sample) + o * from.plane;
      L* sums = sums_of(sample) + o * to.plane;
      if (p_.pool)
        unpool_channel(gradient, winners_of(sample) + o * p_.position_tiles, sums);
      else
        mask_channel(gradient, output_of(sample) + o * p_.output.plane, sums);
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

  void add_bias_gradient(std::uint32_t sample, L* biases) const {
    for_blocks(p_.sums.channels, [&](std::uint32_t o, auto rows) {
      constexpr int count = rows.v;
      L* part = biases + o;
      const L* sums = sums_of(sample) + o * p_.sums.plane;
      L total[count];
      ETALON_UNROLL for (int i = 0; i < count; ++i) total[i] = part[i];
      for (std::uint32_t y = 0; y < p_.sums.height; ++y)
        for (std::uint32_t x = 0; x < p_.sums.width; ++x)
          ETALON_UNROLL for (int i = 0; i < count; ++i) total[i] =
              total[i] + sums[i * p_.sums.plane + y * p_.sums.row + x];
      ETALON_UNROLL for (int i = 0; i < count; ++i) part[i] = total[i];
    });
  }

  /// Some rows at a time, so that they stay in the first-level cache while all taps use them.
  void add_weight_gradient(std::uint32_t sample, L* part) const {
    const std::uint32_t rows = 1 + cache_values / (wide_rows * p_.sums.width + 1);
    for (std::uint32_t y = 0; y < p_.sums.height; y += rows) {
      const std::uint32_t end = y + rows < p_.sums.height ? y + rows : p_.sums.height;
      for (std::uint32_t g = 0; g < p_.channel_groups; ++g)
        for_blocks<wide_rows>(outs_, [&](std::uint32_t o, auto i) {
          for_blocks<wide_columns>(p_.columns, [&](std::uint32_t column, auto j) {
            const L* corner = input_corner(sample, g) + y * p_.stride * p_.input.row;
            if (p_.stride == 1)
              weight_gradient_tile<i.v, j.v, 1>(sample, part, corner, g * outs_ + o, column, y, end);
            else
              weight_gradient_tile<i.v, j.v, 0>(sample, part, corner, g * outs_ + o, column, y, end);
          });
        });
    }
  }

  template <int I, int J, int fixed_stride>
  void weight_gradient_tile(std::uint32_t sample, L* part, const L* corner, std::uint32_t o,
                            std::uint32_t column, std::uint32_t first, std::uint32_t end) const {
    const std::ptrdiff_t stride = fixed_stride != 0 ? fixed_stride : static_cast<std::ptrdiff_t>(p_.stride);
    const auto plane = static_cast<std::ptrdiff_t>(p_.sums.plane);
    part += o * p_.weight_row + column;
    L* places[J];
    const L *sources[J], *inputs[J];
    ETALON_UNROLL for (int j = 0; j < J; ++j) {
      sources[j] = places[j] = part + j;
      inputs[j] = corner + p_.taps[column + static_cast<std::uint32_t>(j)];
    }
    Tile<L, I, J> tile;
    tile.load(sources, static_cast<std::ptrdiff_t>(p_.weight_row));
    const L* sums = sums_of(sample) + o * p_.sums.plane + first * p_.sums.row;
    for (std::uint32_t y = first; y < end; ++y, sums += p_.sums.row) {
      tile.run(sums, plane, 1, inputs, stride, p_.sums.width);
      ETALON_UNROLL for (int j = 0; j < J; ++j) inputs[j] += p_.stride * p_.input.row;
    }
    tile.store(places, static_cast<std::ptrdiff_t>(p_.weight_row));
  }

  template <int I, int K>
  void data_gradient_block(std::uint32_t sample, std::uint32_t group, std::uint32_t i) const {
    const Tensor& to = p_.input_gradient;
    L* out = desk_.at(to, sample) + (group * ins_ + i) * to.plane;
    const std::uint32_t area = p_.kernel_height * p_.kernel_width;
    const L* weights = arena_ + p_.weights + group * outs_ * p_.weight_row + i * area;
    const L* sums = sums_of(sample) + group * outs_ * p_.sums.plane;
    const std::uint32_t run = 1 + cache_values / (I * area);
    for (std::uint32_t o = 0; o < outs_; o += run)
      for (std::uint32_t t = 0; t < p_.gradient_tiles; ++t)
        data_gradient_tile<I, K>(weights, sums, out, p_.gradients[t], o, o + run < outs_ ? o + run : outs_);
  }

  /// Adds the shares of outputs [first, end), few enough for their weights to stay in the first-level cache.
  template <int I, int K>
  ETALON_INLINE void data_gradient_tile(const L* weights, const L* sums, L* out, const GradientTile& at,
                                        std::uint32_t first, std::uint32_t end) const {
    const auto plane = static_cast<std::ptrdiff_t>(p_.input_gradient.plane);
    L* const places[4] = {out + at.output[0], out + at.output[1], out + at.output[2], out + at.output[3]};
    Tile<L, I, 4> tile;
    if (first == 0)
      tile.clear();
    else
      tile.load({places[0], places[1], places[2], places[3]}, plane);
    weights += first * p_.weight_row + at.first_row * p_.kernel_width + at.first_column;
    if (K != 0 && at.columns == K)  // NOLINT(bugprone-branch-clone): the same only where K is 0
      scatter<I, K>(tile, weights, sums, at, first, end);
    else
      scatter<I, 0>(tile, weights, sums, at, first, end);
    tile.store(places, plane);
  }

  template <int I, int K>
  ETALON_INLINE void scatter(Tile<L, I, 4>& tile, const L* weights, const L* sums, const GradientTile& at,
                             std::uint32_t first, std::uint32_t end) const {
    const L* const from[4] = {sums + at.sums[0], sums + at.sums[1], sums + at.sums[2], sums + at.sums[3]};
    const auto area = std::ptrdiff_t{p_.kernel_height} * p_.kernel_width;
    const auto row = std::ptrdiff_t{p_.kernel_width} * p_.stride;
    const std::ptrdiff_t columns = K != 0 ? K : at.columns, step = K != 0 ? 1 : p_.stride;
    for (std::uint32_t o = first; o < end; ++o, weights += p_.weight_row) {
      const L* w = weights;
      auto offset = static_cast<std::ptrdiff_t>(o * p_.sums.plane);
      for (std::uint32_t a = 0; a < at.rows;
           ++a, w += row, offset -= static_cast<std::ptrdiff_t>(p_.sums.row)) {
        tile.run(w, area, step, from, -1, columns, offset);
      }
    }
  }

  const LayerPlan& p_;
  Desk<L> desk_;
  L* arena_;
  std::uint32_t ins_, outs_;  ///< channels of one group
};

}  // namespace etalon::ETALON_INSTANCE
