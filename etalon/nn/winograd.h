/// A 3x3 convolution with stride 1 over lanes, by Winograd's F(4x4, 3x3): forward, data gradient, weight
/// gradient.
///
///   V = B^T d B      frequencies of the inputs       U = G w G^T   of the weights, once a step
///   M[f] = U[f] V[f] for each frequency f, summed over input channels;   sums = bias + A^T M A
///   dM = A dsums A^T;   dV[f] = U[f]^T dM[f], summed over output channels;   dinput = B dV B^T, tiles added
///   dU[f] = dM[f] V[f]^T, summed over samples and tiles;   dw = G^T dU G, once a step
///
/// Weights are each lane's own, so no frequency's operands are used often; the loops run frequency by
/// frequency over a block of samples, or over some rows of a large one. Forward, M[f] takes the place that
/// V[f - 1] has left; on the way back the next frequency is fetched while one is multiplied. Sums run over
/// channels, samples and tiles in ascending order: which of them share a block changes no bit.
#pragma once

#include "etalon/nn/tile.h"
#include "etalon/nn/winograd_tiles.h"

namespace etalon::ETALON_INSTANCE {

/// Asks for memory bit by bit, while something else is computed.
class Prefetch {
 public:
  /// `times`: how often next() will be called.
  ETALON_INLINE void begin(const void* first, std::uint64_t bytes, std::uint64_t times) {
    at_ = static_cast<const char*>(first);
    end_ = at_ + bytes;
    share_ = (bytes / times + 63) / 64 * 64;
  }
  ETALON_INLINE void next() {
    const char* stop = at_ + share_ < end_ ? at_ + share_ : end_;
    for (; at_ < stop; at_ += 64) __builtin_prefetch(at_, 0, 2);
  }

 private:
  const char *at_ = nullptr, *end_ = nullptr;
  std::uint64_t share_ = 0;
};

template <class L>
class Winograd {
 public:
  using Bytes = typename L::Bytes;
  using OutputSide = GradientChannel<L>;  ///< at channel 0 of the first sample
  /// At channel 0 of the first sample; `norm`: the batch norm that makes the input of `values`, or null.
  struct InputSide {
    const L* values;
    const BatchNorm<L>* norm;
  };

  /// `workspace`: plan.workspace values, this thread's own. Both are borrowed.
  Winograd(const WinogradPlan& plan, L* workspace)
      : p_(plan), s_(plan.shape), workspace_(workspace), tiles_(plan, workspace + plan.scratch_at) {}

  /// `weights` [o][weight_row] of some outputs to `transformed`, plan.transformed values in all.
  void transform_weights(const L* weights, L* transformed, Range outputs) const {
    for (std::uint32_t o = outputs.first; o < outputs.end; ++o)
      for (std::uint32_t i = 0; i < s_.input.channels; ++i)
        transform_kernel(weights + o * s_.weight_row + 9 * std::uint64_t{i},
                         transformed + o * p_.weight_row + i);
  }

  /// `count` samples; `input`, `output` and `winners` at the first of them.
  void forward(const L* transformed, const L* biases, const InputSide& input, L* output, Bytes* winners,
               std::uint32_t count) const {
    for_passes(p_.forward, count, [&](const Pass& pass) {
      inputs_to_frequencies(input, pass);
      multiply_forward(transformed, pass);
      frequencies_to_outputs(biases, output + pass.first * s_.output.sample,
                             s_.pool ? winners + pass.first * s_.winners_sample : nullptr, pass);
    });
  }

  /// Adds the samples' share to `part` (plan.part values), or begins it with them if `fresh`. Sets
  /// `input_gradient` unless that is null. `output` and `winners` are as forward() left them.
  void backward(const L* transformed, const InputSide& input, const OutputSide& out, L* part, bool fresh,
                L* input_gradient, std::uint32_t count) const {
    for_passes(p_.backward, count, [&](const Pass& pass) {
      const bool begin = fresh && pass.first == 0 && pass.rows.first == 0;
      sums_to_frequencies(out, part + p_.transformed, begin, pass);
      inputs_to_frequencies(input, pass);
      multiply_back(transformed, part, begin, input_gradient != nullptr, pass);
      if (input_gradient != nullptr)
        frequencies_to_input_gradient(input_gradient + pass.first * s_.input_gradient.sample, pass);
    });
  }

  /// Adds up the parts, which lie side by side, for one output: its gradient of the weights to `weights`,
  /// [i][3][3], and of the bias to `bias`. What is left of the first part is of no use.
  void finish_gradient(L* parts, std::uint32_t count, std::uint32_t o, L* weights, L* bias) const {
    const auto add_up = [&](L* sum, std::uint32_t values) {
      for (std::uint32_t part = 1; part < count; ++part)
        for (std::uint32_t k = 0; k < values; ++k) sum[k] = sum[k] + sum[part * p_.part + k];
    };
    L* row = parts + o * p_.weight_row;
    for (std::uint32_t f = 0; f < winograd_frequencies; ++f)
      add_up(row + f * p_.weight_plane, s_.input.channels);
    for (std::uint32_t i = 0; i < s_.input.channels; ++i)
      transform_kernel_gradient(row + i, weights + 9 * std::uint64_t{i});
    add_up(parts + p_.transformed + o, 1);
    *bias = parts[p_.transformed + o];
  }

 private:
  using Transforms = WinogradTransforms<L>;

  /// What goes through the weights together: these rows of tiles of `samples` samples.
  struct Pass {
    const WinogradPasses& places;
    std::uint32_t first, samples;
    Range rows;
  };
  template <class Body>
  void for_passes(const WinogradPasses& passes, std::uint32_t count, const Body& body) const {
    for (std::uint32_t first = 0; first < count; first += passes.samples)
      for (std::uint32_t row = 0; row < p_.tile_rows; row += passes.rows)
        body(Pass{passes,
                  first,
                  count - first < passes.samples ? count - first : passes.samples,
                  {row, row + passes.rows < p_.tile_rows ? row + passes.rows : p_.tile_rows}});
  }
  L* inputs_of(const Pass& pass) const { return workspace_ + pass.places.inputs_at; }
  L* outputs_of(const Pass& pass) const { return workspace_ + pass.places.outputs_at; }
  std::uint32_t tiles_of(const Pass& pass) const {
    return pass.samples * pass.rows.count() * p_.tile_columns;
  }
  /// Of the frequencies of row of tiles `ty` of the pass's sample `b`, from the channel's first.
  std::uint64_t place_of(const Pass& pass, std::uint32_t b, std::uint32_t ty) const {
    return std::uint64_t{b * pass.rows.count() + ty - pass.rows.first} * p_.tile_columns;
  }

  void transform_kernel(const L* w, L* u) const {
    L half[6][3];
    ETALON_UNROLL for (int x = 0; x < 3; ++x) {
      const L column[3] = {w[x], w[3 + x], w[6 + x]};
      L f[6];
      Transforms::weights(column, f);
      ETALON_UNROLL for (int k = 0; k < 6; ++k) half[k][x] = f[k];
    }
    ETALON_UNROLL for (int fy = 0; fy < 6; ++fy) {
      L f[6];
      Transforms::weights(half[fy], f);
      ETALON_UNROLL for (int k = 0; k < 6; ++k) u[static_cast<std::uint64_t>(6 * fy + k) * p_.weight_plane] =
          f[k];
    }
  }

  void transform_kernel_gradient(const L* u, L* w) const {
    L half[3][6];
    ETALON_UNROLL for (int fx = 0; fx < 6; ++fx) {
      L column[6], f[3];
      ETALON_UNROLL for (int k = 0; k < 6; ++k) column[k] =
          u[static_cast<std::uint64_t>(6 * k + fx) * p_.weight_plane];
      Transforms::weights_transposed(column, f);
      ETALON_UNROLL for (int k = 0; k < 3; ++k) half[k][fx] = f[k];
    }
    ETALON_UNROLL for (int y = 0; y < 3; ++y) {
      L row[3];
      Transforms::weights_transposed(half[y], row);
      ETALON_UNROLL for (int k = 0; k < 3; ++k) w[3 * y + k] = row[k];
    }
  }

  void inputs_to_frequencies(const InputSide& input, const Pass& pass) const {
    for (std::uint32_t b = 0; b < pass.samples; ++b)
      for (std::uint32_t i = 0; i < s_.input.channels; ++i) {
        const L* channel = input.values + (pass.first + b) * s_.input.sample + i * s_.input.plane;
        L* frequencies = inputs_of(pass) + i * pass.places.row + place_of(pass, b, pass.rows.first);
        if (input.norm == nullptr)
          channel_to_frequencies(
              channel, [](L in) { return in; }, frequencies, pass);
        else
          input.norm->with_line(i, [&](const auto& line) {
            channel_to_frequencies(
                channel, [&](L in) { return line.value(in); }, frequencies, pass);
          });
      }
  }

  template <class Value>
  ETALON_INLINE void channel_to_frequencies(const L* channel, const Value& value, L* frequencies,
                                            const Pass& pass) const {
    const Range rows = pass.rows;
    for (std::uint32_t ty = rows.first; ty < rows.end; ++ty, frequencies += p_.tile_columns) {
      const L* next = ty + 1 < rows.end ? channel + (4 * ty + 6 - s_.padding) * s_.input.row
                                        : channel + s_.input.plane + 4 * rows.first * s_.input.row;
      tiles_.from_input(channel, value, ty, frequencies, pass.places.input_plane, next);
    }
  }

  void sums_to_frequencies(const OutputSide& out, L* bias_part, bool fresh, const Pass& pass) const {
    const std::uint64_t area = std::uint64_t{s_.output.height} * s_.output.width;
    for (std::uint32_t b = 0; b < pass.samples; ++b)
      for (std::uint32_t o = 0; o < s_.output.channels; ++o) {
        const std::uint64_t at = pass.first + b;
        const GradientChannel<L> channel{
            out.gradient + at * s_.output_gradient.sample + o * s_.output_gradient.plane,
            out.output + at * s_.output.sample + o * s_.output.plane,
            out.winners + at * s_.winners_sample + o * area, out.norm, o};
        L total = fresh && b == 0 ? L(0) : bias_part[o];
        for (std::uint32_t ty = pass.rows.first; ty < pass.rows.end; ++ty)
          total = tiles_.from_gradient(channel, ty,
                                       outputs_of(pass) + o * pass.places.row + place_of(pass, b, ty),
                                       pass.places.output_plane, total);
        bias_part[o] = total;
      }
  }

  void frequencies_to_outputs(const L* biases, L* output, Bytes* winners, const Pass& pass) const {
    const std::uint64_t area = std::uint64_t{s_.output.height} * s_.output.width;
    for (std::uint32_t b = 0; b < pass.samples; ++b)
      for (std::uint32_t o = 0; o < s_.output.channels; ++o)
        for (std::uint32_t ty = pass.rows.first; ty < pass.rows.end; ++ty)
          tiles_.to_output(outputs_of(pass) + o * pass.places.row + place_of(pass, b, ty),
                           pass.places.output_plane, ty, biases[o],
                           output + b * s_.output.sample + o * s_.output.plane,
                           s_.pool ? winners + b * s_.winners_sample + o * area : nullptr);
  }

  void frequencies_to_input_gradient(L* gradient, const Pass& pass) const {
    const bool in_parts = pass.places.rows < p_.tile_rows;
    for (std::uint32_t b = 0; b < pass.samples; ++b)
      for (std::uint32_t i = 0; i < s_.input.channels; ++i)
        tiles_.to_input_gradient(inputs_of(pass) + i * pass.places.row + place_of(pass, b, pass.rows.first),
                                 pass.places.input_plane, pass.rows, in_parts ? i : 0,
                                 gradient + b * s_.input_gradient.sample + i * s_.input_gradient.plane);
  }

  static std::uint64_t blocks(std::uint32_t count, std::uint32_t most) { return (count + most - 1) / most; }

  void multiply_forward(const L* transformed, const Pass& pass) const {
    const WinogradPasses& places = pass.places;
    const std::uint32_t tiles = tiles_of(pass);
    for (std::uint32_t f = 0; f < winograd_frequencies; ++f) {
      const L *u = transformed + f * p_.weight_plane, *v = inputs_of(pass) + f * places.input_plane;
      L* m = outputs_of(pass) + f * places.output_plane;
      for_blocks(s_.output.channels, [&](std::uint32_t o, auto rows) {
        for (std::uint32_t t = 0; t < tiles; t += 4)
          product<rows.v>(u + o * p_.weight_row, p_.weight_row, 1, v + t, s_.input.channels,
                          m + o * places.row + t, places.row);
      });
    }
  }

  /// out[r][0..3] = sum over k < count of a[r * a_row + k * a_step] * b[k][0..3], rows of b and out `row`
  /// apart. Columns beyond the block's last tile are computed and never read.
  template <int I>
  ETALON_INLINE void product(const L* a, std::uint64_t a_row, std::uint64_t a_step, const L* b,
                             std::uint32_t count, L* out, std::uint64_t b_row) const {
    Tile<L, I, 4> tile;
    tile.clear();
    const L* const columns[4] = {b, b + 1, b + 2, b + 3};
    const auto row = static_cast<std::ptrdiff_t>(b_row);
    tile.run(a, static_cast<std::ptrdiff_t>(a_row), static_cast<std::ptrdiff_t>(a_step), columns, row, count);
    L* const to[4] = {out, out + 1, out + 2, out + 3};
    tile.store(to, row);
  }

  /// dU[f] += dM[f] V[f]^T; then dV[f] takes the place of V[f].
  void multiply_back(const L* transformed, L* part, bool fresh, bool wants_input, const Pass& pass) const {
    const WinogradPasses& places = pass.places;
    const std::uint32_t tiles = tiles_of(pass);
    const std::uint64_t times = blocks(s_.output.channels, most_rows) * blocks(s_.input.channels, 4);
    for (std::uint32_t f = 0; f < winograd_frequencies; ++f) {
      const L *u = transformed + f * p_.weight_plane, *dm = outputs_of(pass) + f * places.output_plane;
      L *v = inputs_of(pass) + f * places.input_plane, *du = part + f * p_.weight_plane;
      Prefetch weights, next;
      weights.begin(u, wants_input ? p_.weight_plane * sizeof(L) : 0, times);
      next.begin(v + places.input_plane, places.input_plane * sizeof(L), times);
      for_blocks(s_.output.channels, [&](std::uint32_t o, auto rows) {
        for_blocks<4>(s_.input.channels, [&](std::uint32_t i, auto columns) {
          weight_gradient<rows.v, columns.v>(dm + o * places.row, v + i * places.row, places.row, tiles,
                                             du + o * p_.weight_row + i, fresh);
          weights.next();
          next.next();
        });
      });
      if (wants_input) data_gradient(u, dm, v, du, pass);
    }
  }

  template <int I, int J>
  ETALON_INLINE void weight_gradient(const L* dm, const L* v, std::uint64_t v_row, std::uint32_t tiles, L* du,
                                     bool fresh) const {
    const L *columns[J], *from[J];
    L* to[J];
    ETALON_UNROLL for (int j = 0; j < J; ++j) {
      columns[j] = v + static_cast<std::uint64_t>(j) * v_row;
      from[j] = to[j] = du + j;
    }
    const auto row = static_cast<std::ptrdiff_t>(p_.weight_row);
    Tile<L, I, J> tile;
    if (fresh)
      tile.clear();
    else
      tile.load(from, row);
    tile.run(dm, static_cast<std::ptrdiff_t>(v_row), 1, columns, 1, tiles);
    tile.store(to, row);
  }

  void data_gradient(const L* u, const L* dm, L* dv, const L* du, const Pass& pass) const {
    const WinogradPasses& places = pass.places;
    const std::uint32_t tiles = tiles_of(pass);
    const std::uint64_t times = blocks(s_.input.channels, most_rows) * blocks(tiles, 4);
    Prefetch sums, gradient;
    sums.begin(dm + places.output_plane, places.output_plane * sizeof(L), times);
    gradient.begin(du + p_.weight_plane, p_.weight_plane * sizeof(L), times);
    for_blocks(s_.input.channels, [&](std::uint32_t i, auto rows) {
      for (std::uint32_t t = 0; t < tiles; t += 4) {
        product<rows.v>(u + i, 1, p_.weight_row, dm + t, s_.output.channels, dv + i * places.row + t,
                        places.row);
        sums.next();
        gradient.next();
      }
    });
  }

  const WinogradPlan& p_;
  const WinogradShape& s_;
  L* workspace_;
  WinogradTiles<L> tiles_;
};

}  // namespace etalon::ETALON_INSTANCE
