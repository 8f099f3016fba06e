/// Denormals count as zero while this stands, on this thread: results are flushed, operands read as 0.
///
/// They would slow a step down a hundredfold where a network dies out, and change nothing that can be seen.
/// Every thread that computes with Lanes holds one, at every width, so that bits agree.
#pragma once

#include <cstdint>

namespace etalon {

class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace etalon
