/// From tensors to the frequencies of tiles and back, a row of tiles at a time, over slots.
///
/// Each function takes one channel of one group; a tile has `side` sums a side and six inputs, of which it
/// shares `shared` with the next. Along each column first, into `rows` [6][scratch_row], so
/// that no column is transformed twice, then along the rows; the way back in the opposite order.
#pragma once

#include <type_traits>

#include "etalon/nn/batch_norm.h"
#include "etalon/nn/convolution.h"
#include "etalon/nn/winograd_plan.h"
#include "etalon/nn/winograd_transforms.h"

namespace etalon::ETALON_INSTANCE {

/// What the gradient of a channel's sums is made of. `output` and `winners` may be null where they are not
/// needed; `norm` is the batch norm behind, `gradient` then that of its output, or null.
template <class L>
struct GradientChannel {
  const L* gradient;
  const L* output;
  const typename L::Bytes* winners;
  const BatchNorm<L>* norm;
  std::uint32_t group, channel;
};

/// A row of tiles of one channel among the frequencies of a pass.
template <class L>
struct TileRow {
  L* channel;           ///< frequency 0 of the channel's first tile of the pass
  std::uint64_t four;   ///< values from four tiles to the next four
  std::uint64_t plane;  ///< from one frequency to the next
  std::uint64_t first;  ///< tile of the pass

  ETALON_INLINE L* at(std::uint64_t tile) const {
    const std::uint64_t t = first + tile;
    return channel + t / 4 * four + t % 4;
  }
};

template <class L, int taps>
class WinogradTiles {
 public:
  using Bytes = typename L::Bytes;
  using Transforms = WinogradTransforms<L, taps>;

  /// `scratch`: rows of plan.scratch_row: 6, and one that takes what falls outside a tensor.
  WinogradTiles(const WinogradPlan& plan, L* scratch)
      : p_(plan), s_(plan.shape), columns_(plan.tile_columns), step_(plan.scratch_row), rows_(scratch) {}

  /// Rows side * tile_row - padding and five more of an input channel, B^T d B; zeros outside the tensor.
  /// `value`: what becomes of a number there. Meanwhile fetches four rows from `ahead` on.
  template <class Value>
  void from_input(const L* channel, const Value& value, std::uint32_t tile_row, const TileRow<L>& to,
                  const L* ahead) const {
    const Tensor& t = s_.input;
    const std::uint32_t first = side * tile_row;  // counted from the padding
    const std::uint32_t above = first < s_.padding ? s_.padding - first : 0;
    const std::uint32_t left = t.height + s_.padding - first, below = left < 6 ? left : 6;
    const L* top = channel + (first - s_.padding + above) * t.row;
    if (above == 0 && below == 6)
      columns_of_input<true>(top, value, above, below, ahead);
    else
      columns_of_input<false>(top, value, above, below, ahead);
    const auto width = static_cast<std::uint32_t>(side * columns_ + shared);
    for (std::uint32_t fy = 0; fy < 6; ++fy) {
      L* row = rows_ + fy * step_;
      for (std::uint32_t x = 0; x < s_.padding; ++x) row[x] = L(0);
      for (std::uint32_t x = t.width + s_.padding; x < width; ++x) row[x] = L(0);
    }
    for (std::uint64_t tile = 0; tile < columns_; ++tile) {
      const L* row = rows_ + side * tile;
      L* frequencies = to.at(tile);
      for (int fy = 0; fy < 6; ++fy, row += step_) {
        L d[6], v[6];
        ETALON_UNROLL for (int k = 0; k < 6; ++k) d[k] = row[k];
        Transforms::inputs(d, v);
        ETALON_UNROLL for (int k = 0; k < 6; ++k, frequencies += to.plane)* frequencies = v[k];
      }
    }
  }

  /// The gradient of a channel's sums, A dy A^T; returns `total` and, after it, the sum of each column's
  /// rows.
  L from_gradient(const GradientChannel<L>& channel, std::uint32_t tile_row, const TileRow<L>& to,
                  L total) const {
    if (channel.norm != nullptr)
      channel.norm->with_line(channel.group, channel.channel, [&](const auto& line) {
        total = columns_of_gradient(
            NormedGradient<std::remove_cvref_t<decltype(line)>>({s_, channel, tile_row}, line), total);
      });
    else if (s_.pool)
      total = columns_of_gradient(PooledGradient(s_, channel, tile_row), total);
    else if (s_.rectify)
      total = columns_of_gradient(RectifiedGradient(s_, channel, tile_row), total);
    else
      total = columns_of_gradient(PlainGradient(s_, channel, tile_row), total);
    for (std::uint64_t t = 0; t < columns_; ++t) {
      const L* row = rows_ + side * t;
      L* frequencies = to.at(t);
      for (int fy = 0; fy < 6; ++fy, row += step_) {
        L y[side], m[6];
        ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) y[k] = row[k];
        Transforms::outputs_transposed(y, m);
        ETALON_UNROLL for (int k = 0; k < 6; ++k, frequencies += to.plane)* frequencies = m[k];
      }
    }
    return total;
  }

  /// Sums A^T m A + bias, then ReLU and pooling where the plan has them. `channel` and `winners`: those of
  /// the whole channel.
  void to_output(const TileRow<L>& from, std::uint32_t tile_row, L bias, L* channel, Bytes* winners) const {
    for (std::uint64_t t = 0; t < columns_; ++t) {
      L* row = rows_ + side * t;
      const L* frequencies = from.at(t);
      for (int fy = 0; fy < 6; ++fy, row += step_) {
        L m[6], y[side];
        ETALON_UNROLL for (int k = 0; k < 6; ++k, frequencies += from.plane) m[k] = *frequencies;
        Transforms::outputs(m, y);
        ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) row[k] = y[k];
      }
    }
    if (s_.pool)
      store_pooled(tile_row, bias, channel, winners);
    else if (s_.rectify)
      store<true>(tile_row, bias, channel);
    else
      store<false>(tile_row, bias, channel);
  }

  /// The gradient of an input channel, B dv B^T, of one row of tiles; these are given in ascending order.
  /// Rows that two of them reach into are added to.
  void to_input_gradient(const TileRow<L>& from, std::uint32_t tile_row, L* channel) const {
    rows_of_gradient(from);
    L* to[6];
    ETALON_UNROLL for (std::uint32_t k = 0; k < 6; ++k) to[k] = gradient_row(channel, side * tile_row + k);
    if (tile_row == 0)
      columns_of_gradient_rows<true>(to);
    else
      columns_of_gradient_rows<false>(to);
  }

 private:
  static constexpr std::uint32_t side = winograd_tile(taps), shared = 6 - side;

  /// How to find the gradient of sum (side * tile_row + k, x), k < side: load(k, x, x % 2), valid for k <
  /// below and x < width; k and x % 2 are known to the compiler.
  struct PlainGradient {
    PlainGradient(const WinogradShape& s, const GradientChannel<L>& c, std::uint32_t tile_row)
        : row(s.output_gradient.row),
          from(c.gradient + side * tile_row * row),
          below(s.sums_height - side * tile_row),
          width(s.sums_width) {}
    ETALON_INLINE L load(std::uint32_t k, std::uint32_t x, std::uint32_t) const { return from[k * row + x]; }
    ETALON_INLINE void look_ahead(std::uint32_t x) const {
      ETALON_UNROLL for (std::uint32_t k = side; k < 2 * side; ++k) fetch(from + k * row + x);
    }
    std::uint64_t row;
    const L* from;
    std::uint32_t below, width;
  };
  struct GradientAndOutput : PlainGradient {
    GradientAndOutput(const WinogradShape& s, const GradientChannel<L>& c, std::uint32_t tile_row)
        : PlainGradient(s, c, tile_row),
          output_row(s.output.row),
          output(c.output + side * tile_row * output_row) {}
    ETALON_INLINE void look_ahead(std::uint32_t x) const {
      PlainGradient::look_ahead(x);
      ETALON_UNROLL for (std::uint32_t k = side; k < 2 * side; ++k) fetch(output + k * output_row + x);
    }
    std::uint64_t output_row;
    const L* output;
  };
  struct RectifiedGradient : GradientAndOutput {
    using GradientAndOutput::GradientAndOutput;
    ETALON_INLINE L load(std::uint32_t k, std::uint32_t x, std::uint32_t) const {
      const L out = this->output[k * this->output_row + x];
      return select<L>(less_equal(out, L(0)), L(0), PlainGradient::load(k, x, 0));
    }
  };
  template <class Line>
  struct NormedGradient : GradientAndOutput {
    NormedGradient(const GradientAndOutput& of, const Line& by) : GradientAndOutput(of), line(by) {}
    ETALON_INLINE L load(std::uint32_t k, std::uint32_t x, std::uint32_t) const {
      return line.input_gradient(this->output[k * this->output_row + x], PlainGradient::load(k, x, 0));
    }
    Line line;
  };
  struct PooledGradient {
    PooledGradient(const WinogradShape& s, const GradientChannel<L>& c, std::uint32_t tile_row)
        : row(s.output_gradient.row),
          winners_row(s.output.width),
          from(c.gradient + side / 2 * tile_row * row),
          winners(c.winners + side / 2 * tile_row * winners_row),
          below(2 * s.output.height > side * tile_row ? 2 * s.output.height - side * tile_row : 0),
          width(2 * s.output.width) {}
    ETALON_INLINE L load(std::uint32_t k, std::uint32_t x, std::uint32_t odd) const {
      const auto winner = from_bytes<L>(winners[k / 2 * winners_row + x / 2]);
      const auto place = static_cast<typename L::Integer>(k % 2 * 2 + odd);
      return select<L>(equal<L>(winner, all_integers<L>(place)), from[k / 2 * row + x / 2], L(0));
    }
    ETALON_INLINE void look_ahead(std::uint32_t x) const {
      fetch(from + (side / 2 + x % (side / 2)) * row + x / 2);
    }
    std::uint64_t row, winners_row;
    const L* from;
    const Bytes* winners;
    std::uint32_t below, width;
  };

  template <class Gradient>
  L columns_of_gradient(const Gradient& gradient, L total) const {
    total = gradient.below >= side ? columns_of_gradient<true>(gradient, total)
                                   : columns_of_gradient<false>(gradient, total);
    for (std::uint32_t fy = 0; fy < 6; ++fy)
      for (std::uint32_t x = gradient.width; x < side * columns_; ++x) rows_[fy * step_ + x] = L(0);
    return total;
  }

  template <bool all, class Gradient>
  ETALON_INLINE L columns_of_gradient(const Gradient& gradient, L total) const {
    const auto column = [&](std::uint32_t x, std::uint32_t odd) {
      L y[side], m[6];
      gradient.look_ahead(x);
      ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) y[k] =
          all || k < gradient.below ? gradient.load(k, x, odd) : L(0);
      if constexpr (side == 4)
        total = total + ((y[0] + y[1]) + (y[2] + y[3]));
      else
        total = total + (y[0] + y[1]);
      Transforms::outputs_transposed(y, m);
      ETALON_UNROLL for (std::uint32_t k = 0; k < 6; ++k) rows_[k * step_ + x] = m[k];
    };
    std::uint32_t x = 0;
    for (; x + 2 <= gradient.width; x += 2) {
      column(x, 0);
      column(x + 1, 1);
    }
    if (x < gradient.width) column(x, 0);
    return total;
  }

  template <bool all, class Value>
  ETALON_INLINE void columns_of_input(const L* top, const Value& value, std::uint32_t above,
                                      std::uint32_t below, const L* ahead) const {
    const std::uint64_t row = s_.input.row;
    for (std::uint32_t x = 0; x < s_.input.width; ++x) {
      L d[6], v[6];
      ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) fetch(ahead + k * row + x);
      ETALON_UNROLL for (std::uint32_t k = 0; k < 6; ++k) d[k] =
          all || (k >= above && k < below) ? value(top[(k - above) * row + x]) : L(0);
      Transforms::inputs(d, v);
      ETALON_UNROLL for (std::uint32_t k = 0; k < 6; ++k) rows_[k * step_ + x + s_.padding] = v[k];
    }
  }
  /// Asks for a value that will soon be read, or written.
  static ETALON_INLINE void fetch(const L* place) { __builtin_prefetch(place, 0, 3); }
  static ETALON_INLINE void claim(const L* place) { __builtin_prefetch(place, 1, 3); }

  template <bool first>
  ETALON_INLINE void columns_of_gradient_rows(L* const (&to)[6]) const {
    for (std::uint32_t x = 0; x < s_.input_gradient.width; ++x) {
      L v[6], d[6];
      ETALON_UNROLL for (std::uint32_t k = 0; k < 6; ++k) v[k] = rows_[k * step_ + x + s_.padding];
      Transforms::inputs_transposed(v, d);
      ETALON_UNROLL for (std::uint32_t k = 0; k < shared; ++k) to[k][x] = first ? d[k] : to[k][x] + d[k];
      ETALON_UNROLL for (std::uint32_t k = shared; k < 6; ++k) to[k][x] = d[k];
    }
  }

  /// Along the rows of a row of tiles; neighbours share columns and add up there.
  void rows_of_gradient(const TileRow<L>& from) const {
    L carried[6][shared];
    ETALON_UNROLL for (auto& row : carried) ETALON_UNROLL for (L& column : row) column = L(0);
    for (std::uint64_t t = 0; t < columns_; ++t) {
      L* row = rows_ + side * t;
      const L* frequencies = from.at(t);
      for (int fy = 0; fy < 6; ++fy, row += step_) {
        L v[6], d[6];
        ETALON_UNROLL for (int k = 0; k < 6; ++k, frequencies += from.plane) v[k] = *frequencies;
        Transforms::inputs_transposed(v, d);
        ETALON_UNROLL for (std::uint32_t k = 0; k < shared; ++k) d[k] = d[k] + carried[fy][k];
        ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) row[k] = d[k];
        ETALON_UNROLL for (std::uint32_t k = 0; k < shared; ++k) carried[fy][k] = d[side + k];
      }
    }
    for (std::uint64_t fy = 0; fy < 6; ++fy)
      for (std::uint64_t k = 0; k < shared; ++k) rows_[fy * step_ + side * columns_ + k] = carried[fy][k];
  }

  /// Row `y`, counted from the padding, of an input's gradient; what falls into the padding is nobody's.
  L* gradient_row(L* channel, std::uint32_t y) const {
    const std::uint32_t row = y - s_.padding;  // wraps below 0
    return row < s_.input_gradient.height ? channel + row * s_.input_gradient.row : nowhere();
  }
  L* nowhere() const { return rows_ + 6 * step_; }

  ETALON_INLINE void sums_of_column(std::uint32_t x, L bias, L (&y)[side]) const {
    L m[6];
    ETALON_UNROLL for (std::uint32_t k = 0; k < 6; ++k) m[k] = rows_[k * step_ + x];
    Transforms::outputs(m, y);
    ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) y[k] = y[k] + bias;
  }

  template <bool rectify>
  void store(std::uint32_t tile_row, L bias, L* channel) const {
    const Tensor& t = s_.output;
    L* to[side];
    ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) {
      const std::uint32_t y = side * tile_row + k;
      to[k] = y < t.height ? channel + y * t.row : nowhere();
    }
    for (std::uint32_t x = 0; x < t.width; ++x) {
      L y[side];
      sums_of_column(x, bias, y);
      ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) claim(to[k] + side * t.row + x);
      ETALON_UNROLL for (std::uint32_t k = 0; k < side; ++k) to[k][x] = rectify ? rectified(y[k]) : y[k];
    }
  }

  void store_pooled(std::uint32_t tile_row, L bias, L* channel, Bytes* winners) const {
    const Tensor& t = s_.output;
    for (std::uint32_t x = 0; x < t.width; ++x) {
      L left[side], right[side];
      sums_of_column(2 * x, bias, left);
      sums_of_column(2 * x + 1, bias, right);
      ETALON_UNROLL for (std::uint32_t k = 0; k < side / 2; ++k) {
        const std::uint32_t y = side / 2 * tile_row + k;
        if (y >= t.height) continue;
        const L window[4] = {left[2 * k], right[2 * k], left[2 * k + 1], right[2 * k + 1]};
        channel[y * t.row + x] = pooled(window, s_.rectify, winners[y * t.width + x]);
      }
    }
  }

  const WinogradPlan& p_;
  const WinogradShape& s_;
  std::uint64_t columns_, step_;
  L* rows_;
};

}  // namespace etalon::ETALON_INSTANCE
