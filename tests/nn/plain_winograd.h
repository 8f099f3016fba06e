/// A convolution by Winograd's algorithm in nested loops, one tile and channel after the other: the oracle of
/// nn/winograd.h. It shares the one-dimensional transforms with it, whose formulas they are; every sum is
/// taken in the order that the kernels promise.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "etalon/nn/winograd_plan.h"
#include "etalon/nn/winograd_transforms.h"
#include "tests/nn/plain_batch_norm.h"

namespace etalon {

template <class T, int taps>
class PlainWinograd {
 public:
  using Values = std::vector<T>;

  /// `weights`: [o][i][ky][kx].
  PlainWinograd(const LayerDescription& layer, const T* weights, std::uint32_t slots)
      : l_(layer),
        slots_(slots),
        rows_((l_.output.height + side - 1) / side),
        columns_((l_.output.width + side - 1) / side) {
    for (std::uint32_t k = 0; k < l_.output.channels * l_.input.channels; ++k, weights += taps * taps)
      transformed_.push_back(
          columns_first<taps, 6>([&](std::uint32_t y, std::uint32_t x) { return weights[y * taps + x]; },
                                 [](auto& from, auto& to) { Transforms::weights(from, to); }));
  }

  /// Outputs of one sample; `biases` may be null.
  Values output(const Values& in, const T* biases) const {
    Values out(l_.output.size());
    for_tiles([&](std::uint32_t ty, std::uint32_t tx) {
      const std::vector<Square> v = input_frequencies(in, ty, tx);
      for (std::uint32_t o = 0; o < l_.output.channels; ++o) {
        Square m{};
        for (std::uint32_t i = 0; i < l_.input.channels; ++i) add_product(m, transformed(o, i), v[i]);
        const auto sums = rows_first(m);
        for (std::uint32_t y = 0; y < side && side * ty + y < l_.output.height; ++y)
          for (std::uint32_t x = 0; x < side && side * tx + x < l_.output.width; ++x)
            out[at(l_.output, o, side * ty + y, side * tx + x)] =
                sums[y * side + x] + (biases ? biases[o] : T(0));
      }
    });
    return out;
  }

  /// The gradient of one sample's input, from that of its sums.
  Values input_gradient(const Values& g) const {
    Values result(l_.input.size());
    for (std::uint32_t i = 0; i < l_.input.channels; ++i) {
      std::vector<Values> padded;  // [row][column], counted from the padding
      for (std::uint32_t ty = 0; ty < rows_; ++ty) add_row_of_tiles(g, i, ty, padded);
      for (std::uint32_t y = 0; y < l_.input.height; ++y)
        for (std::uint32_t x = 0; x < l_.input.width; ++x)
          result[at(l_.input, i, y, x)] = padded[y + l_.padding][x + l_.padding];
    }
    return result;
  }

  /// Sets the gradient of the weights, [o][i][ky][kx], and, unless `biases` is null, of those.
  void parameter_gradients(const std::vector<Values>& in, const std::vector<Values>& g, T* weights,
                           T* biases) const {
    const bool by_slot = winograd_by_slot(l_.input.channels, l_.output.channels);
    // By slot, or one sum of all in the order of groups, tiles and slots.
    std::vector<std::vector<Square>> sums(by_slot ? slots_ : 1,
                                          std::vector<Square>(transformed_.size(), Square{}));
    std::vector<Values> totals(slots_, Values(l_.output.channels, T(0)));
    for (std::uint32_t first = 0; first < in.size(); first += slots_)
      for_tiles([&](std::uint32_t ty, std::uint32_t tx) {
        for (std::uint32_t b = first; b < first + slots_ && b < in.size(); ++b)
          add_tile(in[b], g[b], ty, tx, sums[by_slot ? b - first : 0]);
      });
    for (std::uint32_t b = 0; b < in.size(); ++b) add_biases(g[b], totals[b % slots_]);
    for (std::uint32_t o = 0; o < l_.output.channels; ++o) {
      for (std::uint32_t i = 0; i < l_.input.channels; ++i, weights += taps * taps)
        finish(sums, o, i, weights);
      if (biases == nullptr) continue;
      Values parts;
      for (const Values& total : totals) parts.push_back(total[o]);
      biases[o] = plain_tree(parts);
    }
  }

 private:
  using One = portable::Lanes<1, T>;
  using Transforms = portable::WinogradTransforms<One, taps>;
  using Square = std::array<T, 36>;
  static constexpr std::uint32_t side = winograd_tile(taps), shared = 6 - side;

  static T multiply_add(T a, T b, T c) { return portable::fma(One(a), One(b), One(c)).v; }
  static void add_product(Square& sum, const Square& a, const Square& b) {
    for (std::size_t f = 0; f < 36; ++f) sum[f] = multiply_add(a[f], b[f], sum[f]);
  }
  static std::size_t at(const TensorShape& shape, std::uint32_t c, std::uint32_t y, std::uint32_t x) {
    return (std::size_t{c} * shape.height + y) * shape.width + x;
  }
  const Square& transformed(std::uint32_t o, std::uint32_t i) const {
    return transformed_[o * l_.input.channels + i];
  }

  template <class Body>
  void for_tiles(const Body& body) const {
    for (std::uint32_t ty = 0; ty < rows_; ++ty)
      for (std::uint32_t tx = 0; tx < columns_; ++tx) body(ty, tx);
  }

  /// A square of `from` numbers a side to one of `to`: along its columns, then along the rows.
  template <int from, int to, class Value, class Transform>
  static std::array<T, std::size_t{to} * to> columns_first(const Value& value, const Transform& transform) {
    One half[to][from], line[from], result[to];
    for (int x = 0; x < from; ++x) {
      for (int y = 0; y < from; ++y)
        line[y] = One(value(static_cast<std::uint32_t>(y), static_cast<std::uint32_t>(x)));
      transform(line, result);
      for (int k = 0; k < to; ++k) half[k][x] = result[k];
    }
    std::array<T, std::size_t{to} * to> square;
    for (int y = 0; y < to; ++y) {
      transform(half[y], result);
      for (int k = 0; k < to; ++k) square[static_cast<std::size_t>(y * to + k)] = result[k].v;
    }
    return square;
  }

  /// Sums from their frequencies: along the rows, then along the columns.
  static std::array<T, std::size_t{side} * side> rows_first(const Square& m) {
    One half[side][6];
    for (std::size_t fy = 0; fy < 6; ++fy) {
      One row[6], y[side];
      for (std::size_t k = 0; k < 6; ++k) row[k] = One(m[6 * fy + k]);
      Transforms::outputs(row, y);
      for (std::size_t k = 0; k < side; ++k) half[k][fy] = y[k];
    }
    std::array<T, std::size_t{side} * side> sums;
    for (std::size_t x = 0; x < side; ++x) {
      One y[side];
      Transforms::outputs(half[x], y);
      for (std::size_t k = 0; k < side; ++k) sums[k * side + x] = y[k].v;
    }
    return sums;
  }

  /// [i]; zeros outside the input.
  std::vector<Square> input_frequencies(const Values& in, std::uint32_t ty, std::uint32_t tx) const {
    std::vector<Square> frequencies;
    for (std::uint32_t i = 0; i < l_.input.channels; ++i)
      frequencies.push_back(columns_first<6, 6>(
          [&](std::uint32_t y, std::uint32_t x) {
            const std::uint32_t row = side * ty + y - l_.padding,
                                column = side * tx + x - l_.padding;  // wrap below 0
            return row < l_.input.height && column < l_.input.width ? in[at(l_.input, i, row, column)] : T(0);
          },
          [](auto& from, auto& to) { Transforms::inputs(from, to); }));
    return frequencies;
  }

  T gradient_at(const Values& g, std::uint32_t o, std::uint32_t y, std::uint32_t x) const {
    return y < l_.output.height && x < l_.output.width ? g[at(l_.output, o, y, x)] : T(0);
  }
  Square sum_frequencies(const Values& g, std::uint32_t o, std::uint32_t ty, std::uint32_t tx) const {
    return columns_first<static_cast<int>(side), 6>(
        [&](std::uint32_t y, std::uint32_t x) { return gradient_at(g, o, side * ty + y, side * tx + x); },
        [](auto& from, auto& to) { Transforms::outputs_transposed(from, to); });
  }

  /// One row of tiles of input channel i: added up along it, then to the rows that the row before it shares.
  void add_row_of_tiles(const Values& g, std::uint32_t i, std::uint32_t ty,
                        std::vector<Values>& padded) const {
    const std::size_t width = side * columns_ + shared;
    std::array<Values, 6> lines;
    for (Values& line : lines) line.assign(width, T(0));
    for (std::uint32_t tx = 0; tx < columns_; ++tx) {
      Square v{};
      for (std::uint32_t o = 0; o < l_.output.channels; ++o)
        add_product(v, transformed(o, i), sum_frequencies(g, o, ty, tx));
      for (std::size_t fy = 0; fy < 6; ++fy) {
        One row[6], d[6];
        for (std::size_t k = 0; k < 6; ++k) row[k] = One(v[6 * fy + k]);
        Transforms::inputs_transposed(row, d);
        for (std::size_t k = 0; k < 6; ++k) {
          T& place = lines[fy][side * tx + k];
          place = k < shared ? d[k].v + place : d[k].v;
        }
      }
    }
    padded.resize(side * (ty + 1) + shared, Values(width, T(0)));
    for (std::size_t x = 0; x < width; ++x) {
      One v[6], d[6];
      for (std::size_t fy = 0; fy < 6; ++fy) v[fy] = One(lines[fy][x]);
      Transforms::inputs_transposed(v, d);
      for (std::size_t k = 0; k < 6; ++k) {
        T& place = padded[side * ty + k][x];
        place = ty > 0 && k < shared ? place + d[k].v : d[k].v;
      }
    }
  }

  void add_tile(const Values& in, const Values& g, std::uint32_t ty, std::uint32_t tx,
                std::vector<Square>& sums) const {
    const std::vector<Square> v = input_frequencies(in, ty, tx);
    for (std::uint32_t o = 0; o < l_.output.channels; ++o) {
      const Square m = sum_frequencies(g, o, ty, tx);
      for (std::uint32_t i = 0; i < l_.input.channels; ++i)
        add_product(sums[o * l_.input.channels + i], m, v[i]);
    }
  }

  /// A column of a row of tiles after the other, each summed first.
  void add_biases(const Values& g, Values& totals) const {
    for (std::uint32_t o = 0; o < l_.output.channels; ++o)
      for (std::uint32_t ty = 0; ty < rows_; ++ty)
        for (std::uint32_t x = 0; x < l_.output.width; ++x) {
          const auto y = [&](std::uint32_t k) { return gradient_at(g, o, side * ty + k, x); };
          totals[o] = totals[o] + (side == 4 ? (y(0) + y(1)) + (y(2) + y(3)) : y(0) + y(1));
        }
  }

  void finish(const std::vector<std::vector<Square>>& sums, std::uint32_t o, std::uint32_t i,
              T* weights) const {
    const auto gradient = columns_first<6, taps>(
        [&](std::uint32_t y, std::uint32_t x) {
          Values parts;
          for (const auto& of_slot : sums) parts.push_back(of_slot[o * l_.input.channels + i][6 * y + x]);
          return plain_tree(parts);
        },
        [](auto& from, auto& to) { Transforms::weights_transposed(from, to); });
    std::copy(gradient.begin(), gradient.end(), weights);
  }

  const LayerDescription& l_;
  std::uint32_t slots_, rows_, columns_;
  std::vector<Square> transformed_;  ///< [o][i], of the weights
};

}  // namespace etalon
