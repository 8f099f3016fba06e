/// Places in memory for what is needed at different times.
#pragma once

#include <cstdint>
#include <vector>

namespace etalon {

/// Moments first .. last, both included. What lives always shares its place with nothing.
struct Life {
  std::uint32_t first = 0, last = 0xFFFF'FFFF;
  bool meets(const Life& other) const { return first <= other.last && other.first <= last; }
};

/// Each piece goes to the lowest place where nothing stands during its life.
class Space {
 public:
  /// Where `size` numbers begin.
  std::uint64_t take(std::uint64_t size, const Life& life = {});
  std::uint64_t size() const { return size_; }

 private:
  struct Piece {
    std::uint64_t first, end;
    Life life;
  };
  std::vector<Piece> pieces_;  ///< by `first`
  std::uint64_t size_ = 0;
};

}  // namespace etalon
