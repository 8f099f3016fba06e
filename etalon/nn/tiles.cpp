#include "etalon/nn/tiles.h"

#include <algorithm>
#include <tuple>

namespace etalon {
namespace {

/// The taps k of one dimension that reach from input position `at` to a sum: k = first + n * stride, n <
/// count; the sum of the first is (at + padding - first) / stride, and each further tap takes the sum before.
struct TapRange {
  std::int32_t first = 0, count = 0, sum = 0;
};

TapRange taps_of(std::int32_t at, std::int32_t sums, std::int32_t kernel, std::int32_t stride,
                 std::int32_t padding) {
  TapRange range;
  range.first = (at + padding) % stride;
  while (range.first < kernel && (at + padding - range.first) / stride >= sums) range.first += stride;
  range.sum = (at + padding - range.first) / stride;
  for (std::int32_t k = range.first; k < kernel && at + padding - k >= 0; k += stride) ++range.count;
  return range;
}

struct Position {
  std::int32_t y, x;
  TapRange rows, columns;
};

/// Positions whose taps stand `stride` apart in the same way can share a tile.
std::tuple<std::int32_t, std::int32_t> phase(const Position& p, std::int32_t stride) {
  return {p.rows.first % stride, p.columns.first % stride};
}

/// The order in which positions are put into tiles: those with equal ranges of rows, then of columns,
/// together.
auto order_of(const Position& p, std::int32_t stride) {
  return std::tuple(phase(p, stride), p.rows.first, p.rows.count, p.columns.first, p.columns.count, p.y, p.x);
}

std::vector<Position> ordered_positions(const LayerPlan& layer, std::int32_t padding) {
  const auto height = static_cast<std::int32_t>(layer.input.height),
             width = static_cast<std::int32_t>(layer.input.width);
  const auto stride = static_cast<std::int32_t>(layer.stride);
  const Tensor& sums = layer.sums;
  std::vector<Position> positions;
  for (std::int32_t y = 0; y < height; ++y)
    for (std::int32_t x = 0; x < width; ++x)
      positions.push_back({y, x,
                           taps_of(y, static_cast<std::int32_t>(sums.height),
                                   static_cast<std::int32_t>(layer.kernel_height), stride, padding),
                           taps_of(x, static_cast<std::int32_t>(sums.width),
                                   static_cast<std::int32_t>(layer.kernel_width), stride, padding)});
  std::sort(positions.begin(), positions.end(),
            [&](const Position& a, const Position& b) { return order_of(a, stride) < order_of(b, stride); });
  return positions;
}

/// First tap and number of taps that cover those of all of `members`, in one dimension.
TapRange cover(const std::vector<const Position*>& members, TapRange Position::*range, std::int32_t stride) {
  std::int32_t first = 1 << 30, end = 0;
  for (const Position* p : members) {
    const TapRange& r = p->*range;
    if (r.count == 0) continue;
    first = std::min(first, r.first);
    end = std::max(end, r.first + r.count * stride);
  }
  if (end == 0) return {};
  return {first, (end - first) / stride, 0};
}

GradientTile tile_of(const LayerPlan& layer, const std::vector<const Position*>& members,
                     std::int32_t padding) {
  const auto stride = static_cast<std::int32_t>(layer.stride);
  const TapRange rows = cover(members, &Position::rows, stride),
                 columns = cover(members, &Position::columns, stride);
  GradientTile tile{};
  tile.first_row = static_cast<std::uint16_t>(rows.first);
  tile.first_column = static_cast<std::uint16_t>(columns.first);
  tile.rows = static_cast<std::uint16_t>(rows.count);
  tile.columns = static_cast<std::uint16_t>(columns.count);
  for (std::size_t j = 0; j < 4; ++j) {
    const Position& p = *members[std::min(j, members.size() - 1)];
    tile.output[j] = static_cast<std::uint32_t>(static_cast<std::uint64_t>(p.y) * layer.input_gradient.row +
                                                static_cast<std::uint64_t>(p.x));
    const std::int32_t y = (p.y + padding - rows.first) / stride,
                       x = (p.x + padding - columns.first) / stride;
    tile.sums[j] = y * static_cast<std::int32_t>(layer.sums.row) + x;
  }
  return tile;
}

PositionTile window_tile(const LayerPlan& layer, std::uint32_t y, std::uint32_t x) {
  PositionTile tile{};
  for (std::uint32_t j = 0; j < 4; ++j) {
    tile.input[j] = static_cast<std::uint32_t>((2 * y + j / 2) * layer.stride * layer.input.row +
                                               (2 * x + j % 2) * layer.stride);
    tile.output[j] = static_cast<std::uint32_t>(y * layer.output.row + x);
  }
  return tile;
}

}  // namespace

std::vector<PositionTile> position_tiles(const LayerPlan& layer, std::uint32_t padding) {
  std::vector<PositionTile> tiles;
  const std::uint32_t width = layer.output.width, count = layer.output.height * width;
  // Offsets count from the padded corner: the first tap of output (0, 0) stands there if the frame is as wide
  // as the padding, and further inside if it is wider.
  const std::uint64_t corner = (layer.input.pad - padding) * (layer.input.row + 1);
  if (layer.pool) {
    for (std::uint32_t at = 0; at < count; ++at) tiles.push_back(window_tile(layer, at / width, at % width));
  } else {
    for (std::uint32_t first = 0; first < count; first += 4) {
      PositionTile tile{};
      for (std::uint32_t j = 0; j < 4; ++j) {
        const std::uint32_t at = std::min(first + j, count - 1), y = at / width, x = at % width;
        tile.input[j] = static_cast<std::uint32_t>(y * layer.stride * layer.input.row + x * layer.stride);
        tile.output[j] = static_cast<std::uint32_t>(y * layer.output.row + x);
      }
      tiles.push_back(tile);
    }
  }
  for (PositionTile& tile : tiles)
    for (std::uint32_t& offset : tile.input) offset += static_cast<std::uint32_t>(corner);
  return tiles;
}

std::vector<GradientTile> gradient_tiles(const LayerPlan& layer, std::uint32_t padding) {
  const auto border = static_cast<std::int32_t>(padding), stride = static_cast<std::int32_t>(layer.stride);
  const std::vector<Position> positions = ordered_positions(layer, border);
  std::vector<GradientTile> tiles;
  for (std::size_t first = 0; first < positions.size();) {
    std::vector<const Position*> members;
    while (first < positions.size() && members.size() < 4 &&
           phase(positions[first], stride) == phase(members.empty() ? positions[first] : *members[0], stride))
      members.push_back(&positions[first++]);
    tiles.push_back(tile_of(layer, members, border));
  }
  return tiles;
}

std::uint32_t gradient_border(std::uint32_t input, std::uint32_t sums, std::uint32_t kernel,
                              std::uint32_t stride, std::uint32_t padding) {
  const std::uint32_t before = kernel > 1 + padding ? (kernel - 1 - padding + stride - 1) / stride : 0;
  const std::uint32_t last = (input - 1 + padding) / stride;
  return std::max(before, last >= sums ? last - (sums - 1) : 0);
}

std::vector<std::uint32_t> tap_offsets(const LayerPlan& layer, std::uint32_t padding) {
  std::vector<std::uint32_t> taps;
  const std::uint64_t corner = (layer.input.pad - padding) * (layer.input.row + 1);
  for (std::uint32_t i = 0; i < layer.input.channels / layer.channel_groups; ++i)
    for (std::uint32_t y = 0; y < layer.kernel_height; ++y)
      for (std::uint32_t x = 0; x < layer.kernel_width; ++x)
        taps.push_back(static_cast<std::uint32_t>(corner + i * layer.input.plane + y * layer.input.row + x));
  return taps;
}

}  // namespace etalon
