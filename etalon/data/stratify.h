/// How many images of each class validation takes: as near to their shares as whole images come.
#pragma once

#include <cstdint>
#include <vector>

namespace etalon {

/// [class] a part of `take` of the images of each class, `take` in all: the method of largest remainders
/// (Hamilton), ties to the smaller label, within bounds: a class of two or more images has one on either
/// side, a single image stays with the rest; a side with fewer places than classes has one of each of the
/// largest.
/// REQUIRES: take <= the sum of counts.
std::vector<std::uint32_t> stratified_counts(const std::vector<std::uint32_t>& counts, std::uint32_t take);

}  // namespace etalon
