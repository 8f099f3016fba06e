/// What every reader and generator of the room shares: the checks of a finished set, and its fingerprint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "etalon/data/data_set.h"

namespace etalon {

/// Throws RequestError naming `folder` if it is missing or no folder.
void require_folder(const std::filesystem::path& folder);

/// Throws RequestError with `place` if `bytes` of contents exceed this machine's memory. Ask before room is
/// made.
void require_room(std::uint64_t bytes, const std::string& place);

/// Throws RequestError with `place` if a label is not below `classes`; the message names the first such
/// image.
void require_labels(const LabelledImages& images, std::uint32_t classes, const std::string& place);

/// Throws RequestError with `place` if the training part holds fewer than two different labels.
void require_two_classes(const LabelledImages& training, const std::string& place);

/// SHA-256 over shape, classes, pixels and labels of both parts, in this order.
std::string fingerprint_of(const DataSet& data);

}  // namespace etalon
