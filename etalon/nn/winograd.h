/// A convolution with stride 1 and `taps` taps a side over slots, by Winograd's F(4x4, 3x3) or F(2x2, 5x5):
/// forward, data gradient, weight gradient.
///
///   V = B^T d B      frequencies of the inputs       U = G w G^T   of the weights, once a step
///   M[f] = U[f] V[f] for each frequency f, summed over input channels;   sums = bias + A^T M A
///   dM = A dsums A^T;   dV[f] = U[f]^T dM[f], summed over output channels;   dinput = B dV B^T, tiles added
///   dU[f] = dM[f] V[f]^T, summed over tiles and slots;   dw = G^T dU G, once a step
///
/// Sums run over channels, tiles and, within a tile, slots in ascending order: which tiles share a pass
/// changes no bit. For dU the inputs of a frequency are turned round first, so that those of one tile and
/// slot stand side by side; or, where the plan says so, each slot has a sum over the tiles of its own, and
/// the slots are added by sum_over_lanes. Members share a pass: its channels while they transform, its
/// frequencies while they multiply.
#pragma once

#include "etalon/nn/sharing.h"
#include "etalon/nn/tile.h"
#include "etalon/nn/transpose.h"
#include "etalon/nn/winograd_tiles.h"

namespace etalon::ETALON_INSTANCE {

template <class L, int taps>
class Winograd {
 public:
  using Scalar = typename L::Scalar;
  using Bytes = typename L::Bytes;
  using W = Wide<Scalar>;

  /// All are borrowed. `weights`: [tap][o][i]; `transformed` and `gradient`, plan.transformed numbers each;
  /// `slot_gradients`: [f][o][i], unused unless plan.by_slot; `biases` and `bias_gradients`: [o].
  struct Weights {
    const Scalar *weights, *biases;
    Scalar *transformed, *gradient;
    L *slot_gradients, *bias_gradients;
  };
  /// `workspace`: plan.workspace values of all members. This member's own: `scratch`, plan.scratch values;
  /// `transposed`, plan.tiles * slots * plan.input_row numbers.
  struct Room {
    L *workspace, *scratch;
    Scalar* transposed;
  };
  /// At group 0 of the block. `norm`: the batch norm that makes the input of `values`, or null.
  struct InputSide {
    const L* values;
    const BatchNorm<L>* norm;
  };
  using OutputSide = GradientChannel<L>;  ///< at channel 0

  Winograd(const WinogradPlan& plan, const Weights& weights, const Room& room, const Member& member)
      : p_(plan),
        s_(plan.shape),
        w_(weights),
        room_(room),
        member_(member),
        tiles_(plan, room.scratch),
        my_inputs_(share_of(member, s_.input.channels)),
        my_outputs_(share_of(member, s_.output.channels)),
        my_frequencies_(share_of(member, winograd_frequencies)) {}

  /// Once a step, before anything else.
  void transform_weights() const {
    const Range rows = share_of(member_, p_.kernel_rows);
    for (std::uint32_t r = rows.first; r < rows.end; ++r)
      for (std::uint64_t i = 0; i < p_.kernel_columns; i += W::width)
        transform_kernels(w_.weights + r * s_.weight_row + i, w_.transformed + r * p_.input_row + i);
  }

  /// `groups`: of the minibatch; `input`, `output` and `winners` at the first of them.
  void forward(Range groups, const InputSide& input, L* output, Bytes* winners) const {
    for_passes(groups, [&](const Pass& pass) {
      inputs_to_frequencies(input, pass, room_.workspace + p_.forward_inputs_at);
      meet(member_);
      multiply_forward(pass);
      meet(member_);
      frequencies_to_outputs(output, winners, pass);
      meet(member_);
    });
  }

  /// Adds the groups' share to the gradients, or begins them with group 0. Sets `input_gradient` unless that
  /// is null. `output` and `winners` are as forward() left them.
  void backward(Range groups, const InputSide& input, const OutputSide& out, L* input_gradient) const {
    for_passes(groups, [&](const Pass& pass) {
      sums_to_frequencies(out, pass);
      inputs_to_frequencies(input, pass, room_.workspace);
      meet(member_);
      multiply_back(input_gradient != nullptr, pass);
      meet(member_);
      if (input_gradient != nullptr) frequencies_to_input_gradient(input_gradient, pass);
      meet(member_);
    });
  }

  /// The finished gradient of row `row` of the kernels to `gradients`, [tap][plan.finished_row].
  void finish_gradient(std::uint32_t row, Scalar* gradients) const {
    if (p_.by_slot)
      for (std::uint64_t f = 0; f < winograd_frequencies; ++f)
        sums_over_lanes(slot_gradients(f), p_.kernel_columns, w_.gradient + f * p_.frequency);
    for (std::uint64_t i = 0; i < p_.kernel_columns; i += W::width)
      transform_gradient(w_.gradient + row * p_.input_row + i, gradients + i);
  }

 private:
  using WeightTransforms = WinogradTransforms<W, taps>;

  /// What goes through the weights together: these rows of tiles of some groups, counted in the block.
  struct Pass {
    std::uint32_t first_group;  ///< of the block, in the minibatch
    Range groups;               ///< of the pass, in the block
    Range rows;
    bool fresh;  ///< the first of the minibatch
  };
  template <class Body>
  void for_passes(Range groups, const Body& body) const {
    for (std::uint32_t first = 0; first < groups.count(); first += p_.groups)
      for (std::uint32_t row = 0; row < p_.tile_rows; row += p_.rows)
        body(Pass{groups.first,
                  {first, first + p_.groups < groups.count() ? first + p_.groups : groups.count()},
                  {row, row + p_.rows < p_.tile_rows ? row + p_.rows : p_.tile_rows},
                  groups.first + first + row == 0});
  }
  std::uint32_t tiles_of(const Pass& pass) const {
    return pass.groups.count() * pass.rows.count() * p_.tile_columns;
  }
  /// body(group of the block, row of tiles, first tile of the pass) for each row of tiles.
  template <class Body>
  void for_rows(const Pass& pass, const Body& body) const {
    std::uint64_t tile = 0;
    for (std::uint32_t g = pass.groups.first; g < pass.groups.end; ++g)
      for (std::uint32_t ty = pass.rows.first; ty < pass.rows.end; ++ty, tile += p_.tile_columns)
        body(g, ty, tile);
  }
  L* dm() const { return room_.workspace + p_.outputs_at; }
  TileRow<L> input_tiles(L* frequencies, std::uint32_t i, std::uint64_t tile) const {
    return {frequencies + 4 * std::uint64_t{i}, 4 * std::uint64_t{s_.input.channels}, p_.input_plane, tile};
  }
  TileRow<L> output_tiles(L* frequencies, std::uint32_t o, std::uint64_t tile) const {
    return {frequencies + 4 * std::uint64_t{o}, 4 * std::uint64_t{s_.output.channels}, p_.output_plane, tile};
  }

  void transform_kernels(const Scalar* w, Scalar* u) const {
    W half[6][taps];
    ETALON_UNROLL for (int x = 0; x < taps; ++x) {
      W column[taps], f[6];
      ETALON_UNROLL for (int y = 0; y < taps; ++y) column[y] =
          load<W>(w + static_cast<std::uint64_t>(taps * y + x) * s_.weight_plane);
      WeightTransforms::weights(column, f);
      ETALON_UNROLL for (int k = 0; k < 6; ++k) half[k][x] = f[k];
    }
    ETALON_UNROLL for (int y = 0; y < 6; ++y) {
      W f[6];
      WeightTransforms::weights(half[y], f);
      ETALON_UNROLL for (int k = 0; k < 6; ++k)
          store(u + static_cast<std::uint64_t>(6 * y + k) * p_.frequency, f[k]);
    }
  }

  void transform_gradient(const Scalar* u, Scalar* w) const {
    W half[taps][6];
    ETALON_UNROLL for (int x = 0; x < 6; ++x) {
      W column[6], f[taps];
      ETALON_UNROLL for (int k = 0; k < 6; ++k) column[k] =
          load<W>(u + static_cast<std::uint64_t>(6 * k + x) * p_.frequency);
      WeightTransforms::weights_transposed(column, f);
      ETALON_UNROLL for (int k = 0; k < taps; ++k) half[k][x] = f[k];
    }
    ETALON_UNROLL for (int y = 0; y < taps; ++y) {
      W row[taps];
      WeightTransforms::weights_transposed(half[y], row);
      ETALON_UNROLL for (int k = 0; k < taps; ++k)
          store(w + static_cast<std::uint64_t>(taps * y + k) * p_.finished_row, row[k]);
    }
  }

  void inputs_to_frequencies(const InputSide& input, const Pass& pass, L* frequencies) const {
    for_rows(pass, [&](std::uint32_t g, std::uint32_t ty, std::uint64_t tile) {
      for (std::uint32_t i = my_inputs_.first; i < my_inputs_.end; ++i) {
        const L* channel = input.values + g * s_.input.group + i * s_.input.plane;
        const TileRow<L> to = input_tiles(frequencies, i, tile);
        if (input.norm == nullptr)
          tiles_.from_input(
              channel, [](L in) { return in; }, ty, to, channel + s_.input.plane);
        else
          input.norm->with_line(pass.first_group + g, i, [&](const auto& line) {
            tiles_.from_input(
                channel, [&](L in) { return line.value(in); }, ty, to, channel + s_.input.plane);
          });
      }
    });
  }

  void sums_to_frequencies(const OutputSide& out, const Pass& pass) const {
    const std::uint64_t area = std::uint64_t{s_.output.height} * s_.output.width;
    bool fresh = pass.fresh;
    for_rows(pass, [&](std::uint32_t g, std::uint32_t ty, std::uint64_t tile) {
      for (std::uint32_t o = my_outputs_.first; o < my_outputs_.end; ++o) {
        const GradientChannel<L> channel{
            out.gradient + g * s_.output_gradient.group + o * s_.output_gradient.plane,
            out.output + g * s_.output.group + o * s_.output.plane,
            out.winners + g * s_.winners_group + o * area,
            out.norm,
            pass.first_group + g,
            o};
        L& total = w_.bias_gradients[o];
        total = tiles_.from_gradient(channel, ty, output_tiles(dm(), o, tile), fresh ? L(0) : total);
      }
      fresh = false;
    });
  }

  void frequencies_to_outputs(L* output, Bytes* winners, const Pass& pass) const {
    const std::uint64_t area = std::uint64_t{s_.output.height} * s_.output.width;
    for_rows(pass, [&](std::uint32_t g, std::uint32_t ty, std::uint64_t tile) {
      for (std::uint32_t o = my_outputs_.first; o < my_outputs_.end; ++o)
        tiles_.to_output(output_tiles(room_.workspace, o, tile), ty, L(w_.biases[o]),
                         output + g * s_.output.group + o * s_.output.plane,
                         s_.pool ? winners + g * s_.winners_group + o * area : nullptr);
    });
  }

  void frequencies_to_input_gradient(L* gradient, const Pass& pass) const {
    for_rows(pass, [&](std::uint32_t g, std::uint32_t ty, std::uint64_t tile) {
      for (std::uint32_t i = my_inputs_.first; i < my_inputs_.end; ++i)
        tiles_.to_input_gradient(input_tiles(room_.workspace, i, tile), ty,
                                 gradient + g * s_.input_gradient.group + i * s_.input_gradient.plane);
    });
  }

  void multiply_forward(const Pass& pass) const {
    for (std::uint32_t f = my_frequencies_.first; f < my_frequencies_.end; ++f)
      product<false>(w_.transformed + f * p_.frequency, s_.output.channels,
                     room_.workspace + p_.forward_inputs_at + f * p_.input_plane, s_.input.channels,
                     room_.workspace + f * p_.output_plane, tiles_of(pass));
  }

  /// out[tile][r] = sum over k < count of u[r][k] * b[tile][k], r < rows; `turned`: of u[k][r].
  template <bool turned>
  void product(const Scalar* u, std::uint32_t rows, const L* b, std::uint32_t count, L* out,
               std::uint32_t tiles) const {
    for (std::uint32_t t = 0; t < tiles; t += 4)
      with_constant<4>(tiles - t < 4 ? tiles - t : 4, [&](auto width) {
        for (std::uint32_t k = 0; k < count; k += run_length) {
          const std::uint32_t length = k + run_length < count ? run_length : count - k;
          for_blocks(rows, [&](std::uint32_t r, auto height) {
            const Scalar* a = turned ? u + r + k * p_.input_row : u + r * p_.input_row + k;
            product_tile<turned, height.v, width.v>(
                a, b + std::uint64_t{t} * count + 4 * std::uint64_t{k}, length,
                out + std::uint64_t{t} * rows + 4 * std::uint64_t{r}, k == 0);
          });
        }
      });
  }
  template <bool turned, int I, int J>
  ETALON_INLINE void product_tile(const Scalar* a, const L* b, std::uint32_t count, L* out,
                                  bool fresh) const {
    for (int part = 0; part < parts_of<L>; ++part) {
      PartPointer<L> columns[J], places[J];
      ETALON_UNROLL for (int j = 0; j < J; ++j) columns[j] = {b + j, part}, places[j] = {out + j, part};
      Tile<Part<L>, I, J> tile;
      if (fresh)
        tile.clear();
      else
        tile.load(places, 4);
      run_ahead<turned>(tile, a, columns, count);
      tile.store(places, 4);
    }
  }
  /// Fetches the weights of the next block of rows meanwhile: no processor guesses them.
  template <bool turned, int I, int J>
  ETALON_INLINE void run_ahead(Tile<Part<L>, I, J>& tile, const Scalar* a, const PartPointer<L> (&columns)[J],
                               std::uint32_t count) const {
    constexpr std::ptrdiff_t line = 64 / sizeof(Scalar);
    const auto row = static_cast<std::ptrdiff_t>(p_.input_row);
    const std::ptrdiff_t a_row = turned ? 1 : row, a_step = turned ? row : 1, end = count;
    if (count <= 2 * line) return tile.run(a, a_row, a_step, columns, 4, count);  // all of them are near
    for (std::ptrdiff_t k = 0; k < end; k += line) {
      const std::ptrdiff_t length = k + line < end ? line : end - k;
      if (!turned) ETALON_UNROLL for (int i = 0; i < I; ++i) __builtin_prefetch(a + (I + i) * a_row);
      for (std::ptrdiff_t at = 4 * k; at < 4 * (k + length); at += 4, a += a_step) {
        if (turned) __builtin_prefetch(a + line);
        tile.step(a, a_row, columns, at);
      }
    }
  }

  /// dU[f] += dM[f] V[f]^T; then dV[f] takes the place of V[f].
  void multiply_back(bool wants_input, const Pass& pass) const {
    for (std::uint32_t f = my_frequencies_.first; f < my_frequencies_.end; ++f) {
      const L* outputs = dm() + f * p_.output_plane;
      L* inputs = room_.workspace + f * p_.input_plane;
      if (p_.by_slot) {
        add_slot_gradients(outputs, inputs, slot_gradients(f), pass);
      } else {
        turn_round(inputs, tiles_of(pass));
        add_weight_gradient(outputs, w_.gradient + f * p_.frequency, pass);
      }
      if (wants_input)
        product<true>(w_.transformed + f * p_.frequency, s_.input.channels, outputs, s_.output.channels,
                      inputs, tiles_of(pass));
    }
  }

  L* slot_gradients(std::uint64_t f) const { return w_.slot_gradients + f * p_.kernel_columns; }

  void add_slot_gradients(const L* outputs, const L* inputs, L* gradients, const Pass& pass) const {
    for_blocks<4>(s_.output.channels, [&](std::uint32_t o, auto columns) {
      for_blocks(s_.input.channels, [&](std::uint32_t i, auto rows) {
        slot_gradient_tile<rows.v, columns.v>(inputs + 4 * std::uint64_t{i}, outputs + 4 * std::uint64_t{o},
                                              gradients + o * s_.input.channels + i, pass);
      });
    });
  }
  template <int I, int J>
  ETALON_INLINE void slot_gradient_tile(const L* inputs, const L* outputs, L* gradients,
                                        const Pass& pass) const {
    const std::uint32_t tiles = tiles_of(pass);
    for (int part = 0; part < parts_of<L>; ++part) {
      PartPointer<L> places[J], from[J], own(inputs, part);
      ETALON_UNROLL for (int j = 0; j < J; ++j) {
        places[j] = {gradients + j * static_cast<std::ptrdiff_t>(s_.input.channels), part};
        from[j] = {outputs + 4 * j, part};
      }
      Tile<Part<L>, I, J> tile;
      if (pass.fresh)
        tile.clear();
      else
        tile.load(places, 1);
      std::ptrdiff_t at = 0;
      for (std::uint32_t t = 0; t < tiles; t += 4) {
        tile.run(own, 4, 1, from, 1, tiles - t < 4 ? tiles - t : 4, at);
        own += std::ptrdiff_t{4} * s_.input.channels, at += std::ptrdiff_t{4} * s_.output.channels;
      }
      tile.store(places, 1);
    }
  }

  void turn_round(const L* inputs, std::uint32_t tiles) const {
    for (std::uint32_t t = 0; t < tiles; ++t)
      transpose(inputs + std::uint64_t{t / 4} * 4 * s_.input.channels + t % 4, s_.input.channels,
                room_.transposed + std::uint64_t{t} * L::width * p_.input_row, p_.input_row, 4);
  }

  void add_weight_gradient(const L* outputs, Scalar* gradient, const Pass& pass) const {
    const std::uint32_t vectors = (s_.input.channels + W::width - 1) / W::width;
    for_blocks<number_vectors>(vectors, [&](std::uint32_t v, auto columns) {
      for_blocks<number_rows>(s_.output.channels, [&](std::uint32_t o, auto rows) {
        weight_gradient_tile<rows.v, columns.v>(outputs + 4 * std::uint64_t{o}, v * W::width,
                                                gradient + o * p_.input_row + v * W::width, pass);
      });
    });
  }

  template <int I, int J>
  ETALON_INLINE void weight_gradient_tile(const L* outputs, std::uint32_t i, Scalar* gradient,
                                          const Pass& pass) const {
    const auto row = static_cast<std::ptrdiff_t>(p_.input_row);
    const Scalar* inputs = room_.transposed + i;
    WideTile<W, I, J> tile;
    if (pass.fresh)
      tile.clear();
    else
      tile.load(gradient, row);
    const std::uint32_t tiles = tiles_of(pass);
    for (std::uint32_t t = 0; t < tiles; t += 4, outputs += 4 * std::uint64_t{s_.output.channels}) {
      const std::ptrdiff_t slots = std::ptrdiff_t{tiles - t < 4 ? tiles - t : 4} * L::width;
      tile.run(reinterpret_cast<const Scalar*>(outputs), std::ptrdiff_t{4} * L::width, 1, inputs, row, slots);
      inputs += slots * row;
    }
    tile.store(gradient, row);
  }

  static constexpr std::uint32_t run_length = 64;

  const WinogradPlan& p_;
  const WinogradShape& s_;
  Weights w_;
  Room room_;
  const Member& member_;
  WinogradTiles<L, taps> tiles_;
  Range my_inputs_, my_outputs_, my_frequencies_;
};

}  // namespace etalon::ETALON_INSTANCE
