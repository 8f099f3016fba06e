/// What a set and its split cannot tell, said before anything is trained on them. Nothing here is refused.
#pragma once

#include <string>
#include <vector>

#include "etalon/data/data_set.h"
#include "etalon/data/split.h"

namespace etalon {

/// Below this many validation images one standard error of the accuracy is more than 5 points at 50 %.
inline constexpr std::uint32_t few_validation_images = 100;
/// Above this share of one class, always naming it leaves accuracy too little room.
inline constexpr double one_sided_share = 0.9;

/// One sentence a doubt: classes without training images (labels that begin at 1, gaps between labels).
std::vector<std::string> label_doubts(const DataSet& data);

/// One sentence a doubt: classes that training samples or validation lack, a validation part that is small
/// or nearly of one class. REQUIRES: neither part of the split is empty.
std::vector<std::string> split_doubts(const DataSet& data, const Split& split);

/// The same of the split that a study takes unless it is told otherwise; of a set that is too small for one,
/// that it is.
std::vector<std::string> default_split_doubts(const DataSet& data);

}  // namespace etalon
