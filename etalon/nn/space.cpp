#include "etalon/nn/space.h"

#include <algorithm>

#include "etalon/base/check.h"

namespace etalon {

std::uint64_t Space::take(std::uint64_t size, const Life& life) {
  check(life.first <= life.last, "the end of a life", life.last, "its beginning or later");
  std::uint64_t first = 0;
  for (const Piece& piece : pieces_) {
    if (!piece.life.meets(life)) continue;
    if (first + size <= piece.first) break;
    first = std::max(first, piece.end);
  }
  const auto behind = std::ranges::upper_bound(pieces_, first, {}, &Piece::first);
  pieces_.insert(behind, {first, first + size, life});
  size_ = std::max(size_, first + size);
  return first;
}

}  // namespace etalon
